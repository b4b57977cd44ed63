package registration

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// Armed returns the section that the arming store insn, a thread's next instruction, arms; nil if
// it arms none. Precondition: th.Regs and th.Rseq are the thread's.
func (r *Reader) Armed(th *drive.Thread, insn *machine.Insn) *table.Placed {
	p, learnt := r.sections.Armed(insn, &th.Regs, th.Rseq.CSField())
	if learnt {
		r.points.Withdraw()
	}
	return p
}

// AtArming returns the instruction at a held thread's PC and the section that it arms; both are
// nil if it is no arming store.
func (r *Reader) AtArming(th *drive.Thread) (*machine.Insn, *table.Placed, error) {
	if err := r.drive.Load(th); err != nil {
		return nil, nil, err
	}
	insn, err := r.sections.Decode(th.Regs.PC())
	if err != nil || insn.Store.Size == 0 {
		return nil, nil, err
	}
	if err := r.drive.Registration(th); err != nil || !rseq.Arms(insn, &th.Regs, th.Rseq) {
		return nil, nil, err
	}
	return insn, r.Armed(th, insn), nil
}

// Discover learns the section that a held thread has armed if no file declares a section at its
// PC. A breakpoint there then moves to the section's arming store, and the debugger does not
// single-step the thread inside it.
func (r *Reader) Discover(th *drive.Thread) {
	if r.drive.Load(th) == nil && r.sections.Image().At(th.Regs.PC()) == nil {
		_, _ = r.Read(th)
	}
}
