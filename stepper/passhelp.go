package stepper

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// countedPass runs the pass that begins at the arming store of p, the thread's PC, and helps it
// if necessary (package progress says when).
func (e *Engine) countedPass(th *drive.Thread, p *table.Placed) *drive.Move {
	asked := 0
	return plan(th, func() drive.Answer {
		switch asked++; asked {
		case 1:
			e.progress.Helps(th)
			return e.passCounted(th, p)
		case 2:
			if a := stopped(e.arrivedAtBreak(th)); !a.GoesOn() {
				return a
			}
			return e.drive.AtTrap(th, th.Regs.PC())
		}
		return drive.Arrive()
	})
}

func (e *Engine) passCounted(th *drive.Thread, p *table.Placed) drive.Answer {
	insn, armed, err := e.rseq.AtArming(th)
	if err != nil || armed != p {
		return drive.Then(e.units.Unit(th), nil) // this time the store arms another section, or none
	}
	n := e.progress.History(th).Of(p.Start)
	switch help := n.Help(e.policy.StuckLimit); {
	case help == rseq.HelpVector:
		return e.runCounted(th, p, n, insn)
	case help == rseq.HelpQuiet && !e.rseq.Confined(th, p):
		return drive.Then(e.units.QuietPass(th, p), nil)
	}
	n.Helpless = true
	e.drive.Notify("the section %s does not commit, and nothing that can be done for it helps", e.sections.Name(p))
	return drive.Answer{} // the program continues by itself
}

// runCounted runs the pass, and does its work by a vector if it is aborted once too often.
func (e *Engine) runCounted(th *drive.Thread, p *table.Placed, n *rseq.Passes, insn *machine.Insn) drive.Answer {
	state, err := e.units.StartState(th, p)
	if err != nil {
		return drive.Fails(err)
	}
	if err := errors.Join(e.progress.Unwatch(th), e.drive.Pin(th)); err != nil {
		return drive.Fails(err)
	}
	th.Pass = rseq.BeginPass(p, insn, &th.Regs, th.Runs)
	return e.units.RunSection(th, p, func() drive.Answer {
		if th.Regs.PC() != p.Abort || !n.Injects(e.policy.StuckLimit) {
			return drive.Answer{}
		}
		return drive.Fails(e.injectCounted(th, p, insn, state))
	})
}

// injectCounted does the work of a pass by a vector. The pass began in state and ended in the
// abort handler, where the thread is now.
func (e *Engine) injectCounted(th *drive.Thread, p *table.Placed, insn *machine.Insn, state opv.State) error {
	n := e.progress.History(th).Of(p.Start)
	if insn.Next() != p.Start {
		n.Vectorless = true // the code between the two is not known
		return nil
	}
	done, err := e.units.InjectFrom(th, p, state)
	switch {
	case done:
		return err // of its registers: the vector has done the section's work, which must not be repeated
	case err != nil:
		e.drive.Notify("no cpu_opv vector for %s: %v", e.sections.Name(p), err)
		n.Refuse()
	default:
		delete(*e.progress.History(th), p.Start) // the pass would now leave by another exit, as the program intends
	}
	return nil
}
