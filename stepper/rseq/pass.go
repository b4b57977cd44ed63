package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Pass is a thread's pass of a section that directly follows its arming store.
type Pass struct {
	Placed *table.Placed
	Before machine.Regs // at the arming store
	Runs   int          // how often the thread had run natively when the pass ended; if it has run more often by now, unknown code has run since
}

// BeginPass returns the pass of p that begins at its arming store insn, where a thread that has
// run natively runs times has the registers r. It returns nil if other code stands between the
// store and the section.
func BeginPass(p *table.Placed, insn *machine.Insn, r *machine.Regs, runs int) *Pass {
	if insn.Next() != p.Start {
		return nil
	}
	return &Pass{Placed: p, Before: *r, Runs: runs}
}

// End records that the pass has ended. A nil Pass stays nil.
func (p *Pass) End(runs int) {
	if p != nil {
		p.Runs = runs
	}
}

// Registers returns the registers at the arming store if the pass is one of the section q,
// otherwise nil. A nil Pass is a pass of no section.
func (p *Pass) Registers(q *table.Placed) *machine.Regs {
	if p == nil || p.Placed != q {
		return nil
	}
	return &p.Before
}
