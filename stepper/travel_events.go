package stepper

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// dispatch deals with one event of a running program.
func (e *Engine) dispatch(ev tracee.Event, tr *traps) (arrived bool, stop *Stop, err error) {
	onward, stop, err := e.pauseFor(ev, tr)
	if stop != nil || err != nil {
		return false, stop, err
	}
	switch ev.Kind {
	case tracee.EventBreakpoint:
		return e.breakpointEvent(ev, tr)
	case tracee.EventStep:
		if tr.step && ev.TID == tr.tid {
			return true, nil, nil
		}
		if err := e.stepOuter(ev.TID, tr); err != nil {
			return false, nil, err
		}
		return false, nil, e.resume(ev.TID)
	case tracee.EventDebug:
		if p, done, err := e.passHit(&ev); done || err != nil {
			if err != nil {
				return false, nil, err
			}
			return e.onward(p, ev.TID, tr)
		}
		if e.book.Free(ev.Slot & 3) {
			if tr.debug && ev.TID == tr.tid {
				return true, nil, nil
			}
			if err := e.debugOuter(ev.TID, tr); err != nil {
				return false, nil, err
			}
		}
		if err := e.pause(); err != nil {
			return false, nil, err
		}
		th := e.adopt(ev.TID)
		if stop, err := e.debugHit(th, ev); stop != nil || err != nil {
			return false, stop, err
		}
		stop, err := e.release(tr.tid)
		return false, stop, err
	case tracee.EventSignal:
		d := e.signals.Of(ev.Signal)
		if d.Stop {
			stop, err := e.signalStop(e.adopt(ev.TID), ev)
			return false, stop, err
		}
		if d.Print {
			e.notifySignal(e.adopt(ev.TID), ev.Signal)
		}
		th := e.adopt(ev.TID)
		if d.Pass {
			if err := e.queueSignal(th, ev.Signal); err != nil {
				return false, nil, err
			}
		}
		return onward(ev.TID)
	case tracee.EventClone:
		e.made(ev)
		return false, nil, errors.Join(e.resume(ev.TID), e.resume(ev.Child))
	case tracee.EventSyscall:
		stop, err := e.provideRunning(ev, tr)
		return false, stop, err
	case tracee.EventSyscallEntry:
		if stop := e.caughtSyscall(ev); stop != nil {
			return false, stop, nil
		}
		return onward(ev.TID)
	case tracee.EventSyscallReturn:
		if stop := e.caughtSyscall(ev); stop != nil {
			return false, stop, nil
		}
		if !e.toBeRestarted(e.adopt(ev.TID)) {
			if tr.step && ev.TID == tr.tid {
				return true, nil, nil
			}
			if err := e.stepOuter(ev.TID, tr); err != nil {
				return false, nil, err
			}
		}
		return onward(ev.TID)
	case tracee.EventVforkDone:
		if stop := e.caughtVforkDone(ev); stop != nil {
			return false, stop, nil
		}
		return false, nil, e.resume(ev.TID)
	case tracee.EventFork, tracee.EventVfork:
		if e.catch.Forks {
			return false, e.caughtFork(ev), nil
		}
		if err := e.forked(ev); err != nil {
			return false, nil, err
		}
		if e.policy.FollowFork == FollowChild {
			for _, o := range append(e.journeys, tr) {
				if o.tid == ev.TID {
					o.tid = ev.Child
				}
			}
			return onward(ev.Child)
		}
		return onward(ev.TID)
	case tracee.EventExec:
		if err := e.executed(ev); err != nil {
			return false, nil, err
		}
		lone := tr.step || tr.debug // begun as a thread that moves alone; that it has blocked changes nothing
		for _, o := range append(e.journeys, tr) {
			o.lose(ev.TID)
		}
		if stop, err := e.catchpoint(ev); stop != nil || err != nil {
			return false, stop, err
		}
		if e.catch.Execs || lone {
			return false, &Stop{Reason: StopExec, TID: ev.TID}, nil
		}
		return false, nil, e.resume(ev.TID)
	case tracee.EventExit:
		stop := e.threadGone(ev)
		if !e.waitsFor(ev.TID) && !e.lastOnly() {
			stop = nil
		}
		return false, stop, nil
	case tracee.EventProcessExit:
		return false, e.ended(ev), nil
	case tracee.EventInterrupt:
		if !e.asked.Swap(false) {
			if tr.watchdog.due() {
				if tr.whenOverdue != nil {
					return e.overdue(tr)
				}
				return e.sample(tr)
			}
			if tr.sentry.due() {
				stop, err := e.closely(tr)
				return false, stop, err
			}
			// Left over. More threads than this one may have been asked to stop, one
			// after the other, and would stay so unnoticed.
			if err := e.pause(); err != nil {
				return false, nil, err
			}
			stop, err := e.release(tr.tid)
			return false, stop, err
		}
		tid := ev.TID
		if _, ok := e.threads[e.current]; ok {
			tid = e.current
		}
		return false, &Stop{Reason: StopInterrupt, TID: tid}, nil
	}
	return false, nil, e.resume(ev.TID)
}
