package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/observe"
	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/points"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// mind implements drive.Mind: it decides for the Engine what places and events mean, and has what
// only these decisions need.
type mind struct {
	*Engine
	signals  *SignalTable
	provider *opvcall.Provider // of cpu_opv; nil: the debugger provides none
	observed *observe.Process
	fork     *tracee.Event // a caught fork, until the user chooses one of its processes
	child    int           // a process that the command under way forked and detached; 0: none
}

// Met is drive.Mind.Met.
func (e *mind) Met(th *drive.Thread, at table.Addr) drive.Answer {
	if err := e.progress.HitsBreakpoint(th, at); err != nil {
		return drive.Fails(err)
	}
	e.rseq.Discover(th)
	if e.book.OwnedFor(at, ledger.Linker) {
		if err := e.reload(); err != nil {
			return drive.Fails(err)
		}
	}
	if a := stopped(e.userBreak(th, at)); !a.GoesOn() {
		return a
	}
	if a := stopped(e.callReturned(th)); !a.GoesOn() {
		return a
	}
	return e.observed.At(th, at)
}

// Triggered is drive.Mind.Triggered.
func (e *mind) Triggered(th *drive.Thread, ev tracee.Event) drive.Answer {
	return stopped(e.debugHit(th, ev))
}

// Through is drive.Mind.Through.
func (e *mind) Through(t *drive.Thread, met bool) drive.Answer {
	return e.units.Through(t, met)
}

// Passed is drive.Mind.Passed.
func (e *mind) Passed(ev *tracee.Event) (drive.Answer, bool) {
	if ev.Breaks() {
		return e.observed.Passed(ev)
	}
	if a, done := e.observed.Stored(ev); done || !a.GoesOn() {
		return a, done
	}
	t := e.drive.Thread(ev.TID)
	switch arms, done, err := e.progress.Hits(t, ev); {
	case err != nil:
		return drive.Fails(err), false
	case done && arms != nil:
		return drive.Then(e.units.Counted(t, arms), nil), true
	default:
		return drive.Answer{}, done
	}
}

// Concern is drive.Mind.Concern. From here on the fork is undecided, in case a later request
// fails.
func (e *mind) Concern(ev *tracee.Event) drive.Concern {
	if ev.Forks() {
		fork := *ev
		e.fork = &fork
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
func (e *mind) Caught(ev tracee.Event) drive.Answer { return stopped(e.catchpoint(ev)) }

// Signal is drive.Mind.Signal.
func (e *mind) Signal(t *drive.Thread, ev tracee.Event) (drive.Answer, bool) {
	e.observed.Changed(ev)
	d := e.signals.Of(ev.Signal)
	if d.Stop {
		return stopped(e.signalStop(t, ev)), false
	}
	if d.Print {
		e.drive.Notify("thread %d received signal %s, %s", t.Number, signals.Name(ev.Signal), signals.Text(ev.Signal))
	}
	return drive.Answer{}, d.Pass
}

// Forked is drive.Mind.Forked.
func (e *mind) Forked(ev tracee.Event) (int, error) {
	e.observed.Changed(ev)
	if e.policy.FollowFork == FollowChild {
		return ev.Child, e.forked(ev)
	}
	return ev.TID, e.forked(ev)
}

// Executed is drive.Mind.Executed.
func (e *mind) Executed(ev tracee.Event) error {
	e.observed.Changed(ev)
	return e.executed(ev)
}

// Called is drive.Mind.Called.
func (e *mind) Called(tid int) error { return e.provider.At(tid) }

// Ends is drive.Mind.Ends.
func (e *mind) Ends(ev tracee.Event) drive.Stop {
	if ev.Ends() {
		e.observed.Changed(ev)
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
func (e *mind) Begins(m *drive.Move) error {
	if m.Watchdog == nil && !m.Lone && !m.Free && m.Traps() {
		m.Watchdog = e.steps.Watchdog()
		m.AtEnd(func() error { m.Watchdog.Stop(); return nil })
	}
	return e.progress.Begins(m)
}

// Runs is drive.Mind.Runs.
func (e *mind) Runs(t *drive.Thread) error {
	if e.drive.Released() {
		e.sections.FlushCode()
	}
	if err := e.observed.Runs(t.TID); err != nil {
		return err
	}
	return e.progress.Runs(t)
}

// First is drive.Mind.First.
func (e *mind) First() drive.Answer { return e.units.Quiet.First() }

// Unit is drive.Mind.Unit.
func (e *mind) Unit(t *drive.Thread) *drive.Move { return e.units.Unit(t) }

// Handler is drive.Mind.Handler.
func (e *mind) Handler(t *drive.Thread) *drive.Move { return e.vdso.Handler(t) }

// EndQuiet is drive.Mind.EndQuiet.
func (e *mind) EndQuiet(t *drive.Thread) error { return e.units.Quiet.Restore(t) }

// stopped is the Answer that ends a command by a Stop or an error; without either, the zero
// Answer.
func stopped(stop *Stop, err error) drive.Answer {
	if stop == nil || err != nil {
		return drive.Fails(err)
	}
	return drive.Halt(stop)
}
