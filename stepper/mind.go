package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/points"
	"rseqstep/stepper/tracee"
)

// mind implements drive.Mind with the Engine.
type mind struct{ *Engine }

// Met is drive.Mind.Met.
func (e mind) Met(t *drive.Thread, ev tracee.Event) drive.Answer {
	th := own(t)
	if ev.Kind == tracee.EventDebug {
		return stopped(e.debugHit(th, ev))
	}
	if err := e.passMet(th, ev.Addr); err != nil {
		return drive.Fails(err)
	}
	e.findSection(th)
	if e.book.OwnedFor(ev.Addr, ledger.Linker) {
		if err := e.reload(); err != nil {
			return drive.Fails(err)
		}
	}
	if a := stopped(e.userBreak(th, ev.Addr)); !a.GoesOn() {
		return a
	}
	if a := stopped(e.callReturned(th)); !a.GoesOn() {
		return a
	}
	return e.observedAt(th, ev.Addr)
}

// Through is drive.Mind.Through.
func (e mind) Through(t *drive.Thread, met bool) drive.Answer {
	th := own(t)
	if !met && !e.comesThrough(th) {
		return drive.Answer{}
	}
	if _, p, err := e.atArming(th); err != nil || p == nil || !e.wantedInside(th, p) {
		return drive.Fails(err)
	}
	return drive.Then(e.throughSection(th), nil)
}

// Passed is drive.Mind.Passed.
func (e mind) Passed(ev *tracee.Event) (drive.Answer, bool) {
	if a, done := e.observedStore(ev); done || !a.GoesOn() {
		return a, done
	}
	switch arms, done, err := e.passHit(ev); {
	case err != nil:
		return drive.Fails(err), false
	case done && arms != nil:
		return drive.Then(e.countedPass(e.adopt(ev.TID), arms), nil), true
	default:
		return drive.Answer{}, done
	}
}

// Concern is drive.Mind.Concern. From here on the fork is undecided, in case a later request
// fails.
func (e mind) Concern(ev *tracee.Event) drive.Concern {
	if ev.Forks() {
		e.fork = &undecided{event: *ev}
		if e.policy.FollowFork == FollowChild {
			return drive.Caught
		}
	}
	kind, number, known := points.CaughtBy(ev)
	if !known || kind == CatchExec {
		return drive.Nobody
	}
	if e.points.Catches(ev) {
		return drive.Caught
	}
	if d := e.signals.Of(number); kind == CatchSignal && !d.Stop && !d.Print && d.Pass {
		return drive.Silent
	}
	return drive.Nobody
}

// Caught is drive.Mind.Caught.
func (e mind) Caught(ev tracee.Event) drive.Answer { return stopped(e.catchpoint(ev)) }

// Signal is drive.Mind.Signal.
func (e mind) Signal(t *drive.Thread, ev tracee.Event) (drive.Answer, bool) {
	e.observedChange(ev)
	d := e.signals.Of(ev.Signal)
	if d.Stop {
		return stopped(e.signalStop(own(t), ev)), false
	}
	if d.Print {
		e.notifySignal(own(t), ev.Signal)
	}
	return drive.Answer{}, d.Pass
}

// Changed is drive.Mind.Changed.
func (e mind) Changed(ev tracee.Event) (int, error) {
	switch {
	case ev.Kind == tracee.EventExec:
		e.observedChange(ev)
		return ev.TID, e.executed(ev)
	case !ev.Forks():
		return ev.TID, e.provideAt(ev.TID)
	}
	e.observedChange(ev)
	if e.policy.FollowFork == FollowChild {
		return ev.Child, e.forked(ev)
	}
	return ev.TID, e.forked(ev)
}

// Ends is drive.Mind.Ends.
func (e mind) Ends(ev tracee.Event) drive.Stop {
	if ev.Ends() {
		e.observedChange(ev)
	}
	switch kind, _, known := points.CaughtBy(&ev); {
	case ev.EndsProcess():
		return e.ended(ev)
	case ev.Ends():
		return e.threadGone(ev)
	case known:
		return &Stop{Reason: reasonOf(kind), TID: ev.TID}
	}
	return &Stop{Reason: StopInterrupt, TID: ev.TID}
}

// Begins is drive.Mind.Begins.
func (e mind) Begins(m *drive.Move) error {
	th := own(m.Thread)
	if m.Lone {
		if err := e.unwatchPasses(th); err != nil {
			return err
		}
		th.watch.trapped++
		m.AtEnd(func() error { th.watch.trapped--; return nil })
		return nil
	}
	if m.Watchdog == nil && !m.Free && len(m.At) > 0 {
		m.Watchdog = e.drive.Watch(e.look)
		m.AtEnd(func() error { m.Watchdog.Stop(); return nil })
	}
	if end := e.count(th, m); end != nil {
		m.AtEnd(end)
	}
	if watch := e.watchContinue(m); watch != nil {
		e.sentry = watch
		m.Woken = func() {
			if watch.due() {
				e.closely(watch)
			}
		}
		m.AtEnd(func() error {
			watch.end()
			e.sentry = nil
			e.endProbes()
			return nil
		})
	}
	return nil
}

// Runs is drive.Mind.Runs.
func (e mind) Runs(t *drive.Thread) error {
	if e.drive.Released() {
		e.sections.FlushCode()
	}
	if err := e.observedRun(t.TID); err != nil {
		return err
	}
	return e.watchPasses(own(t))
}

// First is drive.Mind.First.
func (e mind) First() drive.Answer { return e.quietFirst() }

// Unit is drive.Mind.Unit.
func (e mind) Unit(t *drive.Thread) *drive.Move { return e.unit(own(t)) }

// Handler is drive.Mind.Handler.
func (e mind) Handler(t *drive.Thread) *drive.Move { return e.throughHandler(own(t)) }

// EndQuiet is drive.Mind.EndQuiet.
func (e mind) EndQuiet(t *drive.Thread) error { return e.restoreRegistration(own(t)) }

// look steps the thread of an overdue move by units until the watchdog has seen enough or the
// thread has reached a trap. It returns the zero Answer when there is nothing more to look at.
func (e *Engine) look(m *drive.Move) drive.Answer {
	watch, th := m.Watchdog, own(m.Thread)
	before := th.fruitless
	return drive.Then(e.unit(th), func() drive.Answer {
		if a := stopped(e.arrivedAtBreak(th)); !a.GoesOn() {
			return a
		}
		if !watch.More(th.fruitless != before) {
			watch.Again(watch.Found)
		}
		if a := e.drive.AtTrap(th.Thread, th.Regs.PC()); !a.GoesOn() {
			return a
		}
		if e.drive.Interrupted() {
			return drive.Halt(&Stop{Reason: StopInterrupt, TID: th.TID})
		}
		return drive.Answer{}
	})
}
