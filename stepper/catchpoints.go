package stepper

import "rseqstep/stepper/tracee"

// catchpoint decides whether the user's catchpoints stop the thread for an
// event; they are the Breakpoints of the Stop, which is nil if none does. An
// event's own work (a fork's child, the signal owed) is done as without them.
// Precondition: every thread is held.
func (e *Engine) catchpoint(ev tracee.Event) (stop *Stop, err error) {
	if !e.points.Catches(&ev) {
		return nil, nil
	}
	th := e.adopt(ev.TID)
	met := e.points.Catch(&ev)
	if met == nil {
		return nil, nil
	}
	stop = &Stop{TID: ev.TID}
	switch ev.Kind {
	case tracee.EventFork, tracee.EventVfork:
		stop = e.caughtFork(ev)
	case tracee.EventVforkDone:
		stop.Reason = StopVforkDone
	case tracee.EventExec:
		stop.Reason = StopExec
	case tracee.EventSyscallEntry:
		stop.Reason, stop.Syscall, th.inCall = StopSyscallEntry, ev.Number, true
	case tracee.EventSyscallReturn:
		stop.Reason, stop.Syscall = StopSyscallReturn, ev.Number
	case tracee.EventSignal:
		if stop, err = e.signalStop(th, ev); err != nil {
			return nil, err
		}
	}
	stop.Breakpoints = met
	return stop, e.undone(e.points.DropTemporary(met))
}

// toBeRestarted reports whether the thread's system call was interrupted, so
// that its return is not its end: the kernel moves the PC back to the call when
// the thread goes on, and a step makes the whole call again, for as long as it
// takes.
func (e *Engine) toBeRestarted(th *thread) bool {
	return e.load(th) == nil && th.regs.Restarts()
}
