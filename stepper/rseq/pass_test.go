package rseq_test

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// The registers at the arming store are those at the section's start only if the section follows
// the store immediately.
func TestAPassKnowsItsRegistersOnlyBehindItsStore(t *testing.T) {
	section, other := &table.Placed{Start: 0x1008}, &table.Placed{Start: 0x1009}
	store := &machine.Insn{Addr: 0x1000, Len: 8}
	var r machine.Regs
	r.SetPC(0x1000)
	p := rseq.BeginPass(section, store, &r, 3)
	if got := p.Registers(section); got == nil || *got != r {
		t.Errorf("the registers of the pass are %v", got)
	}
	if p.Registers(other) != nil {
		t.Error("the pass knows the registers of a pass of another section")
	}
	if p.End(4); p.Runs != 4 {
		t.Errorf("the pass ended after run %d", p.Runs)
	}
	p = rseq.BeginPass(other, store, &r, 3)
	p.End(4)
	if p != nil || p.Registers(other) != nil {
		t.Errorf("a pass behind other code is %+v", p)
	}
}
