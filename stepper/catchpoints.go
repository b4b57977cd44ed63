package stepper

import (
	"rseqstep/stepper/points"
	"rseqstep/stepper/tracee"
)

// catchpoint decides whether the user's catchpoints stop the thread at an event; the Stop's
// Breakpoints are those that do, and the Stop is nil if there are none. The Engine handles the
// event itself (a fork's child, a pending signal) as it does without catchpoints.
// Precondition: every thread is held.
func (e *mind) catchpoint(ev tracee.Event) (stop *Stop, err error) {
	if !e.points.Catches(&ev) {
		return nil, nil
	}
	th := e.drive.Adopt(ev.TID)
	met := e.points.Catch(&ev)
	if met == nil {
		return nil, nil
	}
	kind, number, _ := points.CaughtBy(&ev)
	stop = &Stop{Reason: reasonOf(kind), TID: ev.TID}
	switch kind {
	case CatchFork, CatchVfork:
		e.fork, stop.Child = &ev, ev.Child
	case CatchSyscall:
		stop.Syscall = uint64(number)
		if ev.EntersCall() {
			stop.Reason, th.InCall = StopSyscallEntry, true
		}
	case CatchSignal:
		if stop, err = e.signalStop(th, ev); err != nil {
			return nil, err
		}
	}
	stop.Breakpoints = met
	return stop, e.undone(e.points.DropTemporary(met))
}

// reasonOf is the Stop's reason for an event that catchpoints of a kind catch; for a system
// call, that of its return.
func reasonOf(kind BreakpointKind) Reason {
	switch kind {
	case CatchFork:
		return StopFork
	case CatchVfork:
		return StopVfork
	case CatchVforkDone:
		return StopVforkDone
	case CatchExec:
		return StopExec
	case CatchSyscall:
		return StopSyscallReturn
	}
	return StopSignal
}
