package stepper

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// A loop around a section is most often several lines long. Each line step of it
// ends, so none is stuck; what goes round for ever is the user. So the passes that
// steps run natively are counted from step to step (passWatch), and the one that
// would be the StuckLimit-th in vain is run as a unit and, if it is in vain too,
// done by a cpu_opv vector at once.

// helpedAt is where the thread's next pass of a section is to be met to be
// helped. ok is false while it is not to be.
func (e *Engine) helpedAt(th *thread, p *table.Placed) (arm table.Addr, ok bool) {
	n := th.passes[p.Start]
	if n == nil || n.Helpless || n.Aborts < max(e.policy.StuckLimit-1, 1) || e.wantedInside(th, p) {
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

// countedPass runs the pass that begins at the arming store of p, where a thread
// stands, and helps it if it must.
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
	insn, armed, err := e.atArming(th)
	if err != nil || armed != p {
		return drive.Then(e.unit(th), nil) // that store arms something else this time, or nothing
	}
	n := th.passes.Of(p.Start)
	if n.Vectorless {
		return e.quietCounted(th, p, n)
	}
	state, err := e.startState(th, p)
	if err != nil {
		return drive.Fails(err)
	}
	if err := errors.Join(e.unwatchPasses(th), e.drive.Pin(th.Thread)); err != nil {
		return drive.Fails(err)
	}
	th.comes(p, insn)
	return e.runSection(th, p, func() drive.Answer {
		if th.Regs.PC() != p.Abort || n.Aborts < max(e.policy.StuckLimit, 1) {
			return drive.Answer{}
		}
		return drive.Fails(e.injectCounted(th, p, insn, state))
	})
}

// injectCounted does the work of the pass that began in state and has ended in
// the abort handler, where the thread stands, by a vector.
func (e *Engine) injectCounted(th *thread, p *table.Placed, insn *machine.Insn, state opv.State) error {
	n := th.passes.Of(p.Start)
	if insn.Next() != p.Start {
		n.Vectorless = true // what runs between the two is not known
		return nil
	}
	done, err := e.injectFrom(th, p, state)
	switch {
	case done:
		return err // of its registers: its work is done, and must not be done again
	case err != nil:
		e.drive.Notify("no cpu_opv vector for %s: %v", e.sections.Name(p), err)
		// A request that failed may succeed with the next pass; what cannot be made of this
		// section never will.
		n.Refused++
		n.Vectorless = n.Refused >= maxRefused
	default:
		delete(th.passes, p.Start) // it would leave by another exit now: the program's own affair
	}
	return nil
}

// maxRefused is how many times in a row a vector is tried that cannot be made or carried out.
const maxRefused = 3

// quietCounted is the next rung for a section that no vector can be made of. It
// is not climbed further: a step of a line that ends by itself is not to run to
// the end of its function.
func (e *Engine) quietCounted(th *thread, p *table.Placed, n *rseq.Passes) drive.Answer {
	if n.Quiets < max(e.policy.StuckLimit, 1) && !e.confined(th, p) {
		return drive.Then(e.quietPass(th, p), nil)
	}
	n.Helpless = true
	e.drive.Notify("the section %s does not commit, and nothing that can be done for it helps", e.sections.Name(p))
	return drive.Answer{} // the program goes on as it would
}
