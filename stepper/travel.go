package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// trap decides at a temporary breakpoint, every thread held: has the thread
// arrived, does the program stop, or does it go on.
type trap func(th *thread) (arrived bool, stop *Stop, err error)

// traps are what one command waits for while the whole program runs.
type traps struct {
	tid         int // the thread they are for; others pass
	at          map[table.Addr]trap
	watch       []table.Addr // addresses already planted whose meeting is an arrival
	step        bool         // the end of a single step already under way is an arrival
	debug       bool         // a free debug register's match is an arrival
	escape      table.Addr   // the CFA whose return an escape of the ladder's runs to; 0 for other journeys
	free        bool         // nothing is waited for: the end of thread tid ends nothing
	watchdog    *watchdog    // looks after a step that takes long; nil: none
	whenOverdue whenOverdue  // looks after a unit that takes long; nil: nothing does
	quiet       bool         // on the way there is no call and no system call

	sections []*table.Placed // that the code on the way holds; their passes are counted
	over     bool            // free, but a step all the same: passes are counted
	sentry   *sentry         // looks for threads that make no progress; nil: nobody does
}

// lose makes the journey one that waits for nothing, as gdb goes on from an exec:
// the places it was to end at were in a program that is no more. A Continue is
// looked after as before.
func (tr *traps) lose(tid int) {
	*tr = traps{tid: tid, free: true, sentry: tr.sentry}
	tr.sentry.renew()
}

// travel lets every thread run until tr.tid arrives, or something stops the
// program. Afterwards every thread is held.
func (e *Engine) travel(th *thread, tr *traps) (arrived bool, stop *Stop, err error) {
	if stop, err := e.endAllQuiet(nil); stop != nil || err != nil {
		return false, stop, err
	}
	e.begin(tr)
	defer func() { arrived, err = e.finished(tr, arrived, err) }()
	if tr.whenOverdue != nil {
		defer e.watchUnit(tr).end()
	} else if tr.watchdog == nil && !tr.free && len(tr.at) > 0 {
		tr.watchdog = e.watchLine()
		defer tr.watchdog.end()
	}
	defer e.count(th, tr)()
	if watch := e.watchContinue(tr); watch != nil {
		tr.sentry, e.sentry = watch, watch
		defer func() {
			watch.end()
			e.sentry = nil
			e.endProbes()
		}()
	}
	planted := trapSet{owner: e.book.Fresh(ledger.Way)}
	defer func() { err = errors.Join(err, e.clearTraps(th, planted)) }()
	for a := range tr.at {
		if err := e.insertTrap(a, planted.owner); err != nil {
			var inside *InsideError
			if errors.As(err, &inside) {
				return false, nil, fmt.Errorf("internal: a way out of the line was not moved out of its section: %w", err)
			}
			return false, nil, err
		}
		planted.sites = append(planted.sites, a)
	}
	if arrived, stop, err := e.depart(th, tr); arrived || stop != nil || err != nil {
		return arrived, stop, e.holdAfter(err)
	}
	for {
		ev, err := e.wait()
		if err != nil {
			return false, nil, e.holdAfter(err)
		}
		if t, ok := e.threads[ev.TID]; ok {
			t.fresh, t.rseqKnown = false, false
		}
		arrived, stop, err := e.dispatch(ev, tr)
		if arrived || stop != nil || err != nil {
			return arrived, stop, e.holdAfter(err)
		}
	}
}

// depart lets every thread go, the one that travels as its way and its
// watchdog ask. It may have arrived by then.
func (e *Engine) depart(th *thread, tr *traps) (arrived bool, stop *Stop, err error) {
	if tr.whenOverdue == nil && tr.watchdog.due() {
		return e.sample(tr)
	}
	if tr.quiet {
		if arrived, stop, err := e.dash(th, tr); arrived || stop != nil || err != nil {
			return arrived, stop, err
		}
	}
	if err := e.holdAtSites(); err != nil {
		return false, nil, err
	}
	if arrived, stop, err := e.meetHere(tr); arrived || stop != nil || err != nil {
		return arrived, stop, err
	}
	stop, err = e.release(tr.tid)
	return false, stop, err
}

// dash tries a short way that makes no calls with the other threads held and
// the thread on its CPU, so that stepping through such lines neither disturbs
// the others (each stop may abort a section of theirs) nor moves the thread
// away from the CPU whose number it has read. Neither arrived nor stopped: it
// takes longer, or something came in between, and all threads should go on.
func (e *Engine) dash(th *thread, tr *traps) (arrived bool, stop *Stop, err error) {
	if stop, err := e.stepOff(th); stop != nil || err != nil {
		return false, stop, err
	}
	for {
		if err := e.pin(th); err != nil {
			return false, nil, err
		}
		if err := e.watchPasses(th); err != nil {
			return false, nil, err
		}
		th.runs++
		ev, err := e.resumeAndWait(th, e.target.Run, blockPatience)
		if err != nil {
			return false, nil, err
		}
		th.fresh, th.rseqKnown = false, false
		if p, done, err := e.passHit(&ev); done || err != nil {
			if p != nil && err == nil {
				arrived, stop, err = e.stepCounted(p, th.tid, tr)
			}
			if arrived || stop != nil || err != nil {
				return arrived, stop, err
			}
			continue
		}
		switch ev.Kind {
		case tracee.EventBlocked:
			return false, nil, nil
		case tracee.EventBreakpoint:
			if arrived, stop, err := e.meet(ev, tr); arrived || stop != nil || err != nil {
				return arrived, stop, err
			}
			if stop, err := e.stepOff(th); stop != nil || err != nil {
				return false, stop, err
			}
		default:
			return e.dispatch(ev, tr)
		}
	}
}

// holdAfter holds every thread at the end of a journey.
func (e *Engine) holdAfter(err error) error {
	if !e.target.Alive() {
		return err
	}
	err = errors.Join(err, e.target.Hold())
	e.moved()
	return errors.Join(err, e.unwatchAll())
}

// pause holds every thread in the middle of a journey.
func (e *Engine) pause() error {
	err := e.target.Hold()
	e.moved()
	return err
}
