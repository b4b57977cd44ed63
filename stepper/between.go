package stepper

import "rseqstep/stepper/tracee"

// between handles what a Step or Run of one thread brought instead of its end.
// again: do it once more; a Stop: the command ends here; neither: it is done.
func (e *Engine) between(th *thread, ev tracee.Event, stepping bool) (again bool, stop *Stop, err error) {
	if ev.Kind == tracee.EventFork || ev.Kind == tracee.EventVfork {
		e.fork = &undecided{event: ev} // should this fail before it is decided
	}
	if ev.Kind != tracee.EventExec {
		if stop, err := e.catchpoint(ev); stop != nil || err != nil {
			return false, stop, err
		}
	}
	switch ev.Kind {
	case tracee.EventBlocked:
		if err := e.putBack(th.regs.PC()); err != nil {
			return false, nil, err
		}
		arrived, stop, err := e.travel(th, &traps{tid: th.tid, step: stepping, debug: !stepping})
		if stop != nil || err != nil {
			return false, stop, err
		}
		return !arrived, nil, nil
	case tracee.EventSignal:
		return e.signalBetween(th, ev, stepping)
	case tracee.EventClone:
		e.made(ev)
		return true, nil, nil
	case tracee.EventSyscall:
		return true, nil, e.provide(th.tid)
	case tracee.EventSyscallEntry, tracee.EventSyscallReturn:
		stop := e.caughtSyscall(ev)
		// Stepped, a thread comes here instead of to the end of its step.
		done := stepping && ev.Kind == tracee.EventSyscallReturn && !e.toBeRestarted(th)
		return stop == nil && !done, stop, nil
	case tracee.EventFork, tracee.EventVfork:
		if e.catch.Forks {
			return false, e.caughtFork(ev), nil
		}
		if err := e.forked(ev); err != nil {
			return false, nil, err
		}
		return true, nil, nil
	case tracee.EventVforkDone:
		stop := e.caughtVforkDone(ev)
		return stop == nil, stop, nil
	case tracee.EventGroupStop:
		stop, err := e.waitOutGroupStop(th)
		return stop == nil, stop, err
	case tracee.EventExec:
		if err := e.executed(ev); err != nil {
			return false, nil, err
		}
		if stop, err := e.catchpoint(ev); stop != nil || err != nil {
			return false, stop, err
		}
		return false, &Stop{Reason: StopExec, TID: ev.TID}, nil
	case tracee.EventExit:
		return false, e.threadGone(ev), nil
	case tracee.EventProcessExit:
		return false, e.ended(ev), nil
	case tracee.EventInterrupt:
		if !e.asked.Swap(false) {
			return true, nil, nil // left over from a command that has ended
		}
		return false, &Stop{Reason: StopInterrupt, TID: th.tid}, nil
	case tracee.EventDebug:
		if stepping && e.book.Free(ev.Slot&3) {
			return true, nil, nil // a point of a journey that has ended (passwatch.go)
		}
		stop, err := e.debugHit(th, ev)
		return !stepping, stop, err
	case tracee.EventBreakpoint:
		th.stoppedAt = ev.Addr
		stop, err := e.userBreak(th, ev.Addr)
		if stop == nil && err == nil {
			stop, err = e.meetOuterHere(th, ev.Addr)
		}
		return stop == nil && !stepping, stop, err
	}
	return true, nil, nil
}

// signalBetween deals with a signal that came to a thread that is stepped
// alone. A handler that passes silently runs to its end, as gdb has it.
func (e *Engine) signalBetween(th *thread, ev tracee.Event, stepping bool) (bool, *Stop, error) {
	d := e.signals.Of(ev.Signal)
	if d.Stop {
		stop, err := e.signalStop(th, ev)
		return false, stop, err
	}
	if d.Print {
		e.notifySignal(th, ev.Signal)
	}
	if !d.Pass {
		return true, nil, nil
	}
	if !stepping {
		return true, nil, e.queueSignal(th, ev.Signal)
	}
	return e.handle(th, ev.Signal)
}

// handle lets the thread have a signal and runs it until its handler, if it
// has one, has returned to where the thread stands.
func (e *Engine) handle(th *thread, sig int) (bool, *Stop, error) {
	if err := e.load(th); err != nil {
		return false, nil, err
	}
	if err := e.queueSignal(th, sig); err != nil {
		return false, nil, err
	}
	stop, err := e.runHandler(th)
	return stop == nil, stop, err
}

// keepBack keeps a signal that passes silently for after the instruction, when
// the same instruction was interrupted before: a timer that fires more often
// than its handler takes under a debugger would stop all progress.
func (e *Engine) keepBack(th *thread, ev tracee.Event) bool {
	if ev.Kind != tracee.EventSignal || e.anyCatches(&ev) {
		return false
	}
	d := e.signals.Of(ev.Signal)
	if d.Stop || d.Print || !d.Pass || th.deferred != 0 && (th.deferred != ev.Signal || ev.Signal >= firstRealTime) {
		return false
	}
	th.keepSignal(e.target, ev.Signal)
	return true
}

// keepSignal keeps a signal that the held thread is stopped for, with its siginfo_t.
func (th *thread) keepSignal(t tracee.Target, sig int) {
	th.deferred, th.keptInfo = sig, nil
	if info, err := t.Siginfo(th.tid); err == nil {
		th.keptInfo = info
	}
}

// restoreKept makes the signal that is kept back what the held thread is stopped
// for, so that the program sees it as it was sent.
func (e *Engine) restoreKept(th *thread) {
	info := th.keptInfo
	th.keptInfo = nil
	if t, ok := e.target.(tracee.CallingTarget); ok && len(info) > 0 && int(info[0]) == th.deferred {
		if err := t.RestoreSignal(th.tid, th.deferred, info); err != nil && !isGone(err) {
			e.notify("signal %d is delivered without what it was sent with: %v", th.deferred, err)
		}
	}
}

// firstRealTime is SIGRTMIN of the kernel: signals below it are pending once
// at most, those from it on are queued (signal(7)).
const firstRealTime = 32
