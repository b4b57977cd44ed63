package arm64

import (
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// What objdump shows is compared by TestDecodingAgreesWithObjdump; here are the forms that many a
// version of it lacks.
func TestControlFlowOfNewerInstructions(t *testing.T) {
	const at = 0x1000
	for name, c := range map[string]struct {
		word   word
		kind   machine.Kind
		target table.Addr
	}{
		"retaasppc 0xff8":      {0x5500005f, machine.Return, 0},
		"retabsppcr x7":        {0xd65f0fe7, machine.Return, 0},
		"cbgt w1, w2, 0x1010":  {0x74020081, machine.CondJump, 0x1010},
		"cbhi x1, x2, 0xffc":   {0xf4427fe1, machine.CondJump, 0xffc},
		"cblt x3, #5, 0x1008":  {0xf5228043 | 5<<15&^(5<<15), machine.CondJump, 0x1008},
		"bc.eq 0x1008":         {0x54000050, machine.CondJump, 0x1008},
		"braaz x3":             {0xd61f087f, machine.IndirectJump, 0},
		"blrab x3, sp":         {0xd73f0c7f, machine.IndirectCall, 0},
		"the signature":        {0xd428bc00, machine.Trap, 0},
		"udf #7":               {0x00000007, machine.Trap, 0},
		"svc #0":               {0xd4000001, machine.Syscall, 0},
		"an unknown branch":    {0xd7ff0000, machine.Plain, 0},
		"an unknown word":      {0xffffffff, machine.Plain, 0},
		"a word of no group":   {0x02000000, machine.Plain, 0},
		"cbz of an odd target": {0xb4000021, machine.CondJump, 0x1004},
	} {
		i := insn(t, at, c.word)
		if i.Kind != c.kind || i.Target != c.target || i.Next() != at+4 {
			t.Errorf("%s: %v to %v, next %v", name, i.Kind, i.Target, i.Next())
		}
	}
}

func TestUnknownWordsMayChangeEverything(t *testing.T) {
	for _, w := range []word{0x02000000, 0xd7ff0000, 0xbc200400, 0xd4600000} {
		i := insn(t, 0x1000, w)
		if _, known := Arch().Usage(&i); known || i.Writes != allRegs || !i.Flags || i.Store.Size != 0 {
			t.Errorf("%08x: changes %v, flags %v, %v", w, namesOf(i.Writes), i.Flags, i.Store)
		}
		if text := Arch().Format(&i, nil); text[:5] != ".inst" {
			t.Errorf("%08x: %s", w, text)
		}
	}
}

func TestWhatIsNotAWordDoesNotDecode(t *testing.T) {
	for _, c := range []struct {
		at   table.Addr
		code string
		err  error
	}{{0x1000, "", machine.ErrTruncated}, {0x1000, "\x1f\x20\x03", machine.ErrTruncated}, {0x1002, "\x1f\x20\x03\xd5", machine.ErrInvalid}} {
		if i, err := Arch().Decode(c.at, []byte(c.code)); !errors.Is(err, c.err) || i != (machine.Insn{}) {
			t.Errorf("% x at %v: %+v, %v", c.code, c.at, i, err)
		}
	}
}

// Stores that many a version of objdump lacks.
func TestStoresOfNewerInstructions(t *testing.T) {
	r := Regs(machine.Words{X0 + 1: 0x10000, X0 + 2: 0x20, SP: 0x8000})
	for name, c := range map[string]struct {
		word word
		to   table.Addr
		size int
	}{
		"stlr x0, [x1, #-8]!":       {0xd9800820, 0xfff8, 8},
		"stilp x3, x2, [x1, #-16]!": {0xd9020823, 0xfff0, 16},
		"stilp w3, w2, [x1]":        {0x99021823, 0x10000, 8},
		"stlur q0, [x1, #4]":        {0x1d804820, 0x10004, 16},
		"stl1 {v0.d}[0], [x1]":      {0x0d018420, 0x10000, 8},
		"swpp x0, x2, [x1]":         {0x19228020, 0x10000, 16},
		"ldclrp x0, x2, [x1]":       {0x19221020, 0x10000, 16},
		"gcsstr x0, [x1]":           {0xd91f0c20, 0x10000, 8},
		"rcwcas x0, x2, [x1]":       {0x19200822, 0x10000, 8},
		"ldfadd d0, d1, [x1]":       {0xfc200021, 0x10000, 8},
		"st64b x0, [x1]":            {0xf83f9020, 0x10000, 64},
		"stzg x0, [x1], #16":        {0xd9601420, 0x10000, 16},
		"stgp x0, x2, [sp, #-32]!":  {0x69bf0be0, 0x7fe0, 16},
		"stg x0, [x1]":              {0xd9200820, 0, 0}, // no data
	} {
		i := insn(t, 0x1000, c.word)
		if to, size, ok := i.StoreAddress(&r); to != c.to || size != c.size || ok != (c.size > 0) {
			t.Errorf("%s: %d bytes at %v (%v)", name, size, to, ok)
		}
	}
	for name, w := range map[string]word{"dc zva, x1": 0xd50b7421, "dc gzva, x1": 0xd50b7481, "cpyfp [x0]!, [x1]!, x2!": 0x19010440,
		"sete [x0]!, x1!, x2": 0x19c28420, "st1d {z0.d}, p0, [x1]": 0xe5e0e020, "str za[w12, 0], [x1]": 0xe1200020, "st1w {z0.s-z3.s}, pn8, [x1]": 0xa060c020} {
		i := insn(t, 0x1000, w)
		if _, _, ok := i.StoreAddress(&r); ok || i.Store.Size == 0 || !i.Store.Vector {
			t.Errorf("%s: %+v", name, i.Store)
		}
	}
}

// The value of a store, as far as it is computed.
func TestStoredValues(t *testing.T) {
	r := Regs(machine.Words{X0 + 1: 0x10000, X0 + 2: 0xffff_ffff_0000_0030, X0 + 3: 0x123456789abcdef0, X0 + 4: 0x0f})
	mem := memory{}
	mem.put64(0x10000, 0x0f)
	mem.put64(0x10030, 0)
	for name, c := range map[string]struct {
		word  word
		value uint64
	}{
		"str x3, [x1]":                {0xf9000023, 0x123456789abcdef0},
		"strb w3, [x1, w2, uxtw]":     {0x38224823, 0xf0},
		"str xzr, [x1]":               {0xf900003f, 0},
		"stlr w3, [x1]":               {0x889ffc23, 0x9abcdef0},
		"swp x3, x5, [x1]":            {0xf8238025, 0x123456789abcdef0},
		"stadd x4, [x1]":              {0xf824003f, 0x1e},
		"stclr x4, [x1]":              {0xf824103f, 0},
		"stset x3, [x1]":              {0xf823303f, 0x123456789abcdeff},
		"steor x4, [x1]":              {0xf824203f, 0},
		"cas x4, x3, [x1]":            {0xc8a47c23, 0x123456789abcdef0}, // equal
		"cas x3, x4, [x1]":            {0xc8a37c24, 0x0f},               // not equal
		"cas x4, xzr, [x1]":           {0xc8a47c3f, 0},
		"strh w3, [x1, #2]! (before)": {0x78002c23, 0xdef0},
	} {
		i := insn(t, 0x1000, c.word)
		if v, ok := i.StoreValue(&r, mem); v != c.value || !ok {
			t.Errorf("%s: %#x, %v", name, v, ok)
		}
	}
	for name, w := range map[string]word{"stxr w5, x3, [x1]": 0xc8057c23, "stp x3, x4, [x1]": 0xa9001023, "str d0, [x1]": 0xfd000020, "stsmax x4, [x1]": 0xf824403f} {
		i := insn(t, 0x1000, w)
		if v, ok := i.StoreValue(&r, mem); ok {
			t.Errorf("%s: %#x", name, v)
		}
	}
}

func TestExclusivesAreMarked(t *testing.T) {
	for w, want := range map[word]machine.Exclusive{
		0xc85ffc20: machine.ExclusiveLoad, // ldaxr x0, [x1]
		0x885f7c20: machine.ExclusiveLoad, // ldxr w0, [x1]
		0xc87f0820: machine.ExclusiveLoad, // ldxp x0, x2, [x1]
		0xc803fc20: machine.ExclusiveStore,
		0x08037c20: machine.ExclusiveStore, // stxrb
		0xc8230820: machine.ExclusiveStore, // stxp
		0xd5033f5f: machine.ExclusiveClear, // clrex
		0xd5033fbf: machine.ExclusiveNone,  // dmb sy
		0xc8dffc20: machine.ExclusiveNone,  // ldar
		0xc89ffc20: machine.ExclusiveNone,  // stlr
		0xc8a37c24: machine.ExclusiveNone,  // cas
		0x48207c82: machine.ExclusiveNone,  // casp
	} {
		if i := insn(t, 0x1000, w); i.Exclusive != want {
			t.Errorf("%08x: %d, not %d", w, i.Exclusive, want)
		}
	}
}
