package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
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
	if n == nil || n.helpless || n.aborts < max(e.policy.StuckLimit-1, 1) || e.wantedInside(th, p) {
		return 0, false
	}
	if !n.armKnown {
		n.armKnown = true
		if a, ok, err := e.arming(p); err == nil && ok && e.guard(a, trapOurs) == nil {
			n.arm = a
		}
	}
	return n.arm, n.arm != 0 && e.sites[n.arm] == 0 && !e.hardwareAt(n.arm)
}

// onward goes on from a point of a thread's passes: at the arming store of p (nil:
// none) the pass that begins there is run as a unit.
func (e *Engine) onward(p *table.Placed, tid int, tr *traps) (arrived bool, stop *Stop, err error) {
	if p == nil {
		return false, nil, e.resumeOne(e.adopt(tid), e.target.Resume)
	}
	if err := e.pause(); err != nil {
		return false, nil, err
	}
	if arrived, stop, err := e.stepCounted(p, tid, tr); arrived || stop != nil || err != nil {
		return arrived, stop, err
	}
	stop, err = e.release(tr.tid)
	return false, stop, err
}

// stepCounted runs the pass that begins at the arming store of p, where a thread
// of a journey stands, and helps it if it must. Then the journey goes on.
// Precondition: every other thread is held.
func (e *Engine) stepCounted(p *table.Placed, tid int, tr *traps) (arrived bool, stop *Stop, err error) {
	th, ok := e.threads[tid]
	if !ok {
		return false, nil, nil
	}
	th.watch.helped = nil
	if stop, err := e.passCounted(th, p); stop != nil || err != nil {
		return false, stop, err
	}
	if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
		return false, stop, err
	}
	return e.atTrap(th, tr, th.regs.PC())
}

func (e *Engine) passCounted(th *thread, p *table.Placed) (*Stop, error) {
	insn, armed, err := e.atArming(th)
	if err != nil || armed != p {
		return e.stepOne(th) // that store arms something else this time, or nothing
	}
	n := th.passesOf(p)
	if n.vectorless {
		return e.quietCounted(th, p, n)
	}
	state, err := e.startState(th, p)
	if err != nil {
		return nil, err
	}
	if err := e.unwatchPasses(th); err != nil {
		return nil, err
	}
	if err := e.pin(th); err != nil {
		return nil, err
	}
	th.comes(p, insn)
	stop, err := e.runSection(th, p)
	th.goes()
	if stop != nil || err != nil {
		return stop, err
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	if th.regs.PC() != p.Abort || n.aborts < max(e.policy.StuckLimit, 1) {
		return nil, nil
	}
	return nil, e.injectCounted(th, p, insn, state)
}

// injectCounted does the work of the pass that began in state and has ended in
// the abort handler, where the thread stands, by a vector.
func (e *Engine) injectCounted(th *thread, p *table.Placed, insn *machine.Insn, state opv.State) error {
	n := th.passesOf(p)
	if insn.Next() != p.Start {
		n.vectorless = true // what runs between the two is not known
		return nil
	}
	done, err := e.injectFrom(th, p, state)
	switch {
	case done:
		return err // of its registers: its work is done, and must not be done again
	case err != nil:
		e.notify("no cpu_opv vector for %s: %v", e.SectionName(p), err)
		n.vectorless = true
	default:
		delete(th.passes, p.Start) // it would leave by another exit now: the program's own affair
	}
	return nil
}

// quietCounted is the next rung for a section that no vector can be made of. It
// is not climbed further: a step of a line that ends by itself is not to run to
// the end of its function.
func (e *Engine) quietCounted(th *thread, p *table.Placed, n *passes) (*Stop, error) {
	if n.quiets < max(e.policy.StuckLimit, 1) && !e.confined(th, p) {
		return e.quietPass(th, p)
	}
	n.helpless = true
	e.notify("the section %s does not commit, and nothing that can be done for it helps", e.SectionName(p))
	return nil, nil // the program goes on as it would
}
