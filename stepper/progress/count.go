package progress

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Hits handles the debug registers of an event that belong to the thread's points
// (drive.Mind.Passed); ev keeps the others. done: there are no others, and the thread may resume.
// If arms is not nil, the thread is at that section's arming store, and a counted pass begins.
// Precondition: the thread is held; others may run.
func (w *Watch) Hits(t *drive.Thread, ev *tracee.Event) (arms *table.Placed, done bool, err error) {
	th := w.threads[t]
	if th == nil {
		return nil, false, nil
	}
	hit, rest := split(th.points, ev.DebugSlots())
	for _, p := range hit {
		if p.kind == atArm {
			arms = p.placed
		} else if err := w.count(th, p); err != nil {
			return nil, false, err
		}
	}
	if rest == 0 || len(hit) == 0 {
		return arms, len(hit) > 0, nil
	}
	ev.DropSlots(^rest)
	return nil, false, nil
}

// HitsBreakpoint counts at a breakpoint that a thread has hit. The command may end there, and the
// next one set a debug register at this place: the pass is counted already, so RF makes the thread
// skip that register, as after a match.
func (w *Watch) HitsBreakpoint(t *drive.Thread, at table.Addr) error {
	th := w.threads[t]
	if th == nil {
		return nil
	}
	for _, p := range th.points {
		if p.slot != planted || p.addr != at {
			continue
		}
		if err := w.count(th, p); err != nil || w.drive.Load(th.Thread) != nil || th.Regs.PC() != at {
			return err // gone since: its exit is the next event
		}
		th.Regs.SetPassesDebug(true)
		if err := w.process.SetRegs(th.TID, &th.Regs); !tracee.IsGone(err) {
			return err
		}
		return nil
	}
	return nil
}

// countUntold counts a match that wait4 has not reported before the journey ends: its event
// arrives during the next command, when the point no longer exists. The kernel has set RF in
// this case.
func (w *Watch) countUntold(th *thread) {
	if !w.process.Alive() || !w.process.Queued(th.TID) || w.drive.Load(th.Thread) != nil || !th.Regs.PassesDebug() {
		return
	}
	for _, p := range th.points {
		if p.slot != planted && p.addr == th.Regs.PC() {
			_ = w.count(th, p) // on failure the pass stays uncounted
		}
	}
}

// count counts the pass that a held thread ends at a point.
func (w *Watch) count(th *thread, p point) error {
	if err := w.drive.Load(th.Thread); err != nil {
		if tracee.IsGone(err) {
			return nil // its exit is the next event
		}
		return err
	}
	section, result := p.placed, rseq.Aborted
	switch p.kind {
	case atArm:
		return nil
	case atAbort:
		section = w.abortedIn(th, section)
	case atEnd:
		result = rseq.Committed
		if body, err := w.sections.Body(section); err == nil && body.Outcome(nil, &th.Regs) == machine.OutcomeFailed {
			result = rseq.SideExit
		}
	}
	w.host.Saw(section.Start, result)
	stuck, counts := th.passed(section, result)
	if stuck != nil {
		w.foundStuck(th, stuck)
	}
	if counts {
		th.count(section.Start, result)
	}
	return nil
}

// abortedIn is the section from which a thread at the abort handler of p comes: sections may
// share a handler. If the thread jumped there itself, rseq_cs is still set; the kernel clears
// it when it aborts.
func (w *Watch) abortedIn(th *thread, p *table.Placed) *table.Placed {
	for _, q := range th.suspects {
		if q == p || q.Abort != p.Abort {
			continue
		}
		if _, armed, err := w.host.Armed(th.Thread); err == nil && armed != nil && armed.Abort == p.Abort {
			return armed
		}
		break
	}
	return p
}
