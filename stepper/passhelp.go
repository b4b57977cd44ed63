package stepper

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// A loop around a section usually spans several lines. Each line step in it ends, so no step is
// stuck; the user repeats the loop for ever. So the Engine counts the passes that steps run
// natively across steps (passWatch). It runs the one that would be the StuckLimit-th without a
// commit as a unit, and if that does not commit either, a cpu_opv vector does its work
// immediately.

// helpedAt is where the Engine catches the thread's next pass of a section to help it. ok is
// false if it is not to be caught.
func (e *Engine) helpedAt(th *thread, p *table.Placed) (arm table.Addr, ok bool) {
	n := th.passes[p.Start]
	if n == nil || n.Helpless || n.Aborts < max(e.policy.StuckLimit-1, 1) || e.points.Wants(th.TID, p) {
		return 0, false
	}
	if !n.ArmKnown {
		n.ArmKnown = true
		if a, ok, err := e.sections.Arming(p); err == nil && ok && e.sections.GuardOwn(a) == nil {
			n.Arm = a
		}
	}
	return n.Arm, n.Arm != 0 && !e.book.TrapAt(n.Arm) && !e.book.HardwareAt(n.Arm)
}

// countedPass runs the pass that begins at the arming store of p, the thread's PC, and helps it
// if necessary.
func (e *Engine) countedPass(th *thread, p *table.Placed) *drive.Move {
	asked := 0
	return plan(th, func() drive.Answer {
		switch asked++; asked {
		case 1:
			th.watch.helped = nil
			return e.passCounted(th, p)
		case 2:
			if a := stopped(e.arrivedAtBreak(th)); !a.GoesOn() {
				return a
			}
			return e.drive.AtTrap(th.Thread, th.Regs.PC())
		}
		return drive.Arrive()
	})
}

func (e *Engine) passCounted(th *thread, p *table.Placed) drive.Answer {
	insn, armed, err := e.rseq.AtArming(th.Thread)
	if err != nil || armed != p {
		return drive.Then(e.units.Unit(th.Thread), nil) // this time the store arms another section, or none
	}
	n := th.passes.Of(p.Start)
	if n.Vectorless {
		return e.quietCounted(th, p, n)
	}
	state, err := e.units.StartState(th.Thread, p)
	if err != nil {
		return drive.Fails(err)
	}
	if err := errors.Join(e.unwatchPasses(th), e.drive.Pin(th.Thread)); err != nil {
		return drive.Fails(err)
	}
	th.Pass = rseq.BeginPass(p, insn, &th.Regs, th.Runs)
	return e.units.RunSection(th.Thread, p, func() drive.Answer {
		if th.Regs.PC() != p.Abort || n.Aborts < max(e.policy.StuckLimit, 1) {
			return drive.Answer{}
		}
		return drive.Fails(e.injectCounted(th, p, insn, state))
	})
}

// injectCounted does the work of a pass by a vector. The pass began in state and ended in the
// abort handler, where the thread is now.
func (e *Engine) injectCounted(th *thread, p *table.Placed, insn *machine.Insn, state opv.State) error {
	n := th.passes.Of(p.Start)
	if insn.Next() != p.Start {
		n.Vectorless = true // the code between the two is not known
		return nil
	}
	done, err := e.units.InjectFrom(th.Thread, p, state)
	switch {
	case done:
		return err // of its registers: the vector has done the section's work, which must not be repeated
	case err != nil:
		e.drive.Notify("no cpu_opv vector for %s: %v", e.sections.Name(p), err)
		// A failed request may succeed in the next pass; a vector that cannot be built for this
		// section never will.
		n.Refused++
		n.Vectorless = n.Refused >= maxRefused
	default:
		delete(th.passes, p.Start) // the pass would now leave by another exit, as the program intends
	}
	return nil
}

// maxRefused is how many times in a row the Engine tries a vector that it cannot build or
// execute.
const maxRefused = 3

// quietCounted is the next rung for a section without a vector. It climbs no further: a line
// step that ends by itself must not run to the end of its function.
func (e *Engine) quietCounted(th *thread, p *table.Placed, n *rseq.Passes) drive.Answer {
	if n.Quiets < max(e.policy.StuckLimit, 1) && !e.rseq.Confined(th.Thread, p) {
		return drive.Then(e.units.QuietPass(th.Thread, p), nil)
	}
	n.Helpless = true
	e.drive.Notify("the section %s does not commit, and nothing that can be done for it helps", e.sections.Name(p))
	return drive.Answer{} // the program continues by itself
}
