package units

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// Counted runs the pass that begins at the arming store of p, the thread's PC, and helps it
// if necessary (package progress says when).
func (r *Runner) Counted(th *drive.Thread, p *table.Placed) *drive.Move {
	asked := 0
	return drive.Plan(th, func() drive.Answer {
		switch asked++; asked {
		case 1:
			r.Passes.Helps(th)
			return r.passCounted(th, p)
		case 2:
			if a := r.Host.Arrived(th); !a.GoesOn() {
				return a
			}
			return r.Drive.AtTrap(th, th.Regs.PC())
		}
		return drive.Arrive()
	})
}

func (r *Runner) passCounted(th *drive.Thread, p *table.Placed) drive.Answer {
	insn, armed, err := r.Registration.AtArming(th)
	if err != nil || armed != p {
		return drive.Then(r.Unit(th), nil) // this time the store arms another section, or none
	}
	n := r.Passes.History(th).Of(p.Start)
	switch help := n.Help(r.StuckLimit); {
	case r.watches() && !r.Registration.Confined(th, p):
		return drive.Then(r.throughSection(th), nil)
	case help == rseq.HelpVector:
		return r.runCounted(th, p, n, insn)
	case help == rseq.HelpQuiet && !r.Registration.Confined(th, p):
		return drive.Then(r.quietPass(th, p), nil)
	}
	n.Helpless = true
	r.Drive.Notify("the section %s does not commit, and nothing that can be done for it helps", r.Sections.Name(p))
	return drive.Answer{} // the program continues by itself
}

// runCounted runs the pass, and does its work by a vector if it is aborted once too often.
func (r *Runner) runCounted(th *drive.Thread, p *table.Placed, n *rseq.Passes, insn *machine.Insn) drive.Answer {
	state, err := r.startState(th, p)
	if err != nil {
		return drive.Fails(err)
	}
	if err := errors.Join(r.Passes.Unwatch(th), r.Drive.Pin(th)); err != nil {
		return drive.Fails(err)
	}
	th.Pass = rseq.BeginPass(p, insn, &th.Regs, th.Runs)
	return r.runSection(th, p, func() drive.Answer {
		if th.Regs.PC() != p.Abort || !n.Injects(r.StuckLimit) {
			return drive.Answer{}
		}
		return drive.Fails(r.injectCounted(th, p, insn, state))
	})
}

// injectCounted does the work of a pass by a vector. The pass began in state and ended in the
// abort handler, where the thread is now.
func (r *Runner) injectCounted(th *drive.Thread, p *table.Placed, insn *machine.Insn, state opv.State) error {
	n := r.Passes.History(th).Of(p.Start)
	if insn.Next() != p.Start {
		n.Vectorless = true // the code between the two is not known
		return nil
	}
	done, err := r.InjectFrom(th, p, state)
	switch {
	case done:
		return err // of its registers: the vector has done the section's work, which must not be repeated
	case err != nil:
		r.Drive.Notify("no cpu_opv vector for %s: %v", r.Sections.Name(p), err)
		n.Refuse()
	default:
		delete(*r.Passes.History(th), p.Start) // the pass would now leave by another exit, as the program intends
	}
	return nil
}
