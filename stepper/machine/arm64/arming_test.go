package arm64

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func TestConstantsAreFollowed(t *testing.T) {
	for name, c := range map[string]struct {
		words []word
		x     machine.Reg
		want  uint64
		known bool
	}{
		"adr x3, 0x1010":                     {[]word{0x10000083}, X0 + 3, 0x1010, true},
		"adrp x3, 0x4000; add":               {[]word{0xf0000003, 0x912b8063}, X0 + 3, 0x3ae0 + 0x1000, true},
		"adrp x3; add x4, x3":                {[]word{0xf0000003, 0x912b8064}, X0 + 4, 0x4ae0, true},
		"add of the unknown":                 {[]word{0x912b8064}, X0 + 4, 0, false},
		"mov x3, #5":                         {[]word{0xd28000a3}, X0 + 3, 5, true},
		"movz, movk":                         {[]word{0xd28000a3, 0xf2a24683}, X0 + 3, 0x12340005, true},
		"movk of the unknown":                {[]word{0xf2a24683}, X0 + 3, 0, false},
		"mov w3, #-1":                        {[]word{0x12800003}, X0 + 3, 0xffffffff, true},
		"mov x3, #-2":                        {[]word{0x92800023}, X0 + 3, ^uint64(1), true},
		"mov x3, #0xff00ff00ff00ff00":        {[]word{0xb2089fe3}, X0 + 3, 0xff00ff00ff00ff00, true},
		"mov w3, #0x80000001":                {[]word{0x320107e3}, X0 + 3, 0x80000001, true},
		"mov x4, x3":                         {[]word{0xd28000a3, 0xaa0303e4}, X0 + 4, 5, true},
		"sub x4, x3, #1":                     {[]word{0xd28000a3, 0xd1000464}, X0 + 4, 4, true},
		"overwritten by a load":              {[]word{0xd28000a3, 0xf9400003}, X0 + 3, 0, false},
		"over a call, one that it preserves": {[]word{0xd28000b3, blHere}, X0 + 19, 5, true},
		"over a call, one that it does not":  {[]word{0xd28000a3, blHere}, X0 + 3, 0, false},
	} {
		var have machine.Constants
		for n, w := range c.words {
			i := insn(t, table.Addr(0x1000+4*n), w)
			have.Pass(Arch(), &i)
		}
		if got, known := have.Value(c.x); got != c.want || known != c.known {
			t.Errorf("%s: %#x, %v; not %#x, %v", name, got, known, c.want, c.known)
		}
	}
	var none *machine.Constants
	if _, known := none.Value(X0); known {
		t.Error("something is known without Constants")
	}
}

// The forms of tcmalloc, librseq and others. The descriptor is at 0x5040, which x9 points to.
func TestFindArmingKnowsTheForms(t *testing.T) {
	const adrp, add word = 0x90000029, 0x91010129 // adrp x9, 0x5000; add x9, x9, #0x40
	load := []word{adrp, add}
	for name, c := range map[string]struct {
		words []word
		want  int // instruction; -1: none
	}{
		"str x9, [x13]":                    {append(load, 0xf90001a9), 2},
		"str x9, [x13, #8]":                {append(load, 0xf90005a9), 2},
		"something between":                {append(load, 0xf90001a9, nop, 0xf9400dae), 2},
		"another store after it":           {append(load, 0xf90001a9, 0xf90001aa), 2},
		"stlr x9, [x13]":                   {append(load, 0xc89ffda9), 2},
		"stur x9, [x13, #8]":               {append(load, 0xf80081a9), 2},
		"a copy in another register":       {append(load, 0xaa0903e4, 0xf90001a4), 3},
		"overwritten":                      {append(load, 0xd2800009, 0xf90001a9, nop, nop, nop), -1},
		"from memory":                      {[]word{0xf9400009, 0xf90001a9}, 1},
		"from memory, to the stack":        {[]word{0xf9400009, 0xf90003e9}, -1},
		"str xzr, [x13]: it disarms":       {append(load, 0xf90001a9, 0xf90001bf), 2},
		"a store of 4 bytes":               {append(load, 0xb90001a9), -1},
		"a store of another register":      {append(load, 0xf90001aa, nop, nop), -1},
		"in step, before it a signature":   {append([]word{0xd428bc00}, append(load, 0xf90001a9)...), 3},
		"signed control flow, then a load": {append([]word{0xd65f0bff}, append(load, 0xf90001a9)...), 3},
	} {
		code := bytesOf(c.words...)
		const from = 0x1000
		p := &table.Placed{Descriptor: 0x5040, Start: from + table.Addr(len(code))}
		at, ok := machine.FindArming(Arch(), p, from, code)
		if want := table.Addr(from + 4*c.want); ok != (c.want >= 0) || ok && at != want {
			t.Errorf("%s: %v (%v), not %v", name, at, ok, want)
		}
		if at, ok := machine.FindArming(Arch(), p, from+1, code[1:]); ok && at%4 != 0 { // begun within an instruction
			t.Errorf("%s: %v", name, at)
		}
	}
}
