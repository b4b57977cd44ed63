package arm64

import (
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func bodyOf(t *testing.T, words ...word) machine.Body {
	t.Helper()
	p := &table.Placed{Start: 0x1000, End: 0x1000 + table.Addr(4*len(words)), Abort: 0x2000}
	b, err := machine.DecodeBody(Arch(), p, bytesOf(words...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBodiesListTheirExits(t *testing.T) {
	b := bodyOf(t,
		0xb9400400, // 1000 ldr w0, [x0, #4]
		0x6b01001f, // 1004 cmp w0, w1
		0x54000141, // 1008 b.ne 1030
		0xb4000063, // 100c cbz x3, 1018
		blHere,     // 1010 bl 1010
		svc0,       // 1014
		0xf9000043, // 1018 str x3, [x2]
	)
	var exits []table.Addr
	for _, e := range b.Exits {
		exits = append(exits, e.Addr)
	}
	if !slices.Equal(exits, []table.Addr{0x101c, 0x1030, 0x2000}) {
		t.Errorf("exits %v", exits)
	}
	if b.Final != 0x1018 || !slices.Equal(b.Calls, []table.Addr{0x1010}) || !slices.Equal(b.Syscalls, []table.Addr{0x1014}) || !b.Known() {
		t.Errorf("final store %v, calls %v, system calls %v", b.Final, b.Calls, b.Syscalls)
	}
	if b := bodyOf(t, brX3, nop, ret); b.Known() || len(b.Indirect) != 1 || len(b.Insns) != 1 {
		t.Errorf("indirect %v, %d instructions", b.Indirect, len(b.Insns))
	}
}

// What the registers at the end prove about a pass.
func TestOutcomeOfBranchesOnRegistersAndFlags(t *testing.T) {
	const (
		mov0  word = 0xd280000a // mov x10, #0
		mov1  word = 0xd280002a // mov x10, #1
		load  word = 0xf842412b // ldur x11, [x9, #36]
		store word = 0xf9000289 // str x9, [x20]
		tbz   word = 0xb6f8000b // tbz x11, #63, .
		cbnz  word = 0xb500000b // cbnz x11, .
		cmp   word = 0xeb0a017f // cmp x11, x10
		bne   word = 0x54000001
		inc   word = 0x9100056b // add x11, x11, #1
	)
	to := func(branch word, words word) word { return branch | words<<5 }
	const slab = 1 << 63
	for name, c := range map[string]struct {
		words  []word
		x11    uint64
		pstate uint64
		want   machine.Outcome
	}{
		"tbz, taken":                     {[]word{mov0, load, to(tbz, 3), mov1, store}, 5, 0, machine.OutcomeFailed},
		"tbz, not taken":                 {[]word{mov0, load, to(tbz, 3), mov1, store}, slab, 0, machine.OutcomeCommitted},
		"cbnz, taken":                    {[]word{load, to(cbnz, 2), store}, 5, 0, machine.OutcomeFailed},
		"cbnz, not taken":                {[]word{load, to(cbnz, 2), store}, 0, 0, machine.OutcomeCommitted},
		"what it tests changes after it": {[]word{load, to(cbnz, 3), inc, store}, 5, 0, machine.OutcomeUnknown},
		"flags, taken":                   {[]word{load, cmp, to(bne, 2), store}, 0, 0, machine.OutcomeFailed},
		"flags, not taken":               {[]word{load, cmp, to(bne, 2), store}, 0, pstateZ, machine.OutcomeCommitted},
		"no branch":                      {[]word{load, store}, 0, 0, machine.OutcomeCommitted},
	} {
		b := bodyOf(t, c.words...)
		after := Regs(machine.Words{PC: uint64(b.End), X0 + 11: c.x11, PSTATE: c.pstate})
		if got := b.Outcome(nil, &after); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}
