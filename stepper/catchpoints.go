package stepper

import (
	"errors"
	"slices"

	"rseqstep/stepper/tracee"
)

// Watches reports whether the kind watches data.
func (k BreakpointKind) Watches() bool { return k >= WatchWrite && k <= WatchAccess }

// ErrNoSyscallReports says that the Target cannot report system calls.
var ErrNoSyscallReports = errors.New("the target cannot report system calls")

// Catches reports whether the kind waits for an event instead of a place or data.
func (k BreakpointKind) Catches() bool { return k >= CatchFork }

// caughtBy is the kind of catchpoint that an event is for, and the number of its
// system call or signal; ok is false for events that none is for.
func caughtBy(ev *tracee.Event) (kind BreakpointKind, number int, ok bool) {
	switch ev.Kind {
	case tracee.EventFork:
		return CatchFork, 0, true
	case tracee.EventVfork:
		return CatchVfork, 0, true
	case tracee.EventVforkDone:
		return CatchVforkDone, 0, true
	case tracee.EventExec:
		return CatchExec, 0, true
	case tracee.EventSyscallEntry, tracee.EventSyscallReturn:
		return CatchSyscall, int(ev.Number), true
	case tracee.EventSignal:
		return CatchSignal, ev.Signal, true
	}
	return 0, 0, false
}

// waitsFor reports whether b is for an event.
func (b *Breakpoint) waitsFor(kind BreakpointKind, number int) bool {
	return b.Enabled && b.Kind == kind && (len(b.Numbers) == 0 || slices.Contains(b.Numbers, number))
}

// anyCatches reports whether a catchpoint is for an event, whatever its condition.
func (e *Engine) anyCatches(ev *tracee.Event) bool {
	kind, number, ok := caughtBy(ev)
	return ok && slices.ContainsFunc(e.breakpoints, func(b *Breakpoint) bool { return b.waitsFor(kind, number) })
}

// clientCatches reports whether a client, which says itself what it has caught, has a
// catchpoint of the kind.
func (e *Engine) clientCatches(kind BreakpointKind) bool {
	return slices.ContainsFunc(e.breakpoints, func(b *Breakpoint) bool { return b.nameless && b.waitsFor(kind, 0) })
}

// catchpoint decides whether the user's catchpoints stop the thread for an
// event; they are the Breakpoints of the Stop, which is nil if none does. An
// event's own work (a fork's child, the signal owed) is done as without them.
// Precondition: every thread is held.
func (e *Engine) catchpoint(ev tracee.Event) (stop *Stop, err error) {
	kind, number, ok := caughtBy(&ev)
	if !ok {
		return nil, nil
	}
	th := e.adopt(ev.TID)
	var met []int
	for _, b := range e.breakpoints {
		if b.waitsFor(kind, number) && (b.Thread == 0 || b.Thread == th.tid) && e.comes(b, th) {
			met = append(met, b.Number)
		}
	}
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
	return stop, e.dropMet(met)
}

// reportSyscalls has system calls reported where a catchpoint is for them. One that is
// being made is not in the book yet.
func (e *Engine) reportSyscalls(made bool) error {
	wanted := made || slices.ContainsFunc(e.breakpoints, func(b *Breakpoint) bool { return b.Enabled && b.Kind == CatchSyscall })
	t, ok := e.target.(tracee.SyscallTarget)
	switch {
	case !e.target.Alive():
	case ok:
		t.ReportSyscalls(wanted)
	case wanted:
		return ErrNoSyscallReports
	}
	return nil
}

// comes decides a breakpoint that a thread has come to: its condition first,
// then its count. An error in the condition stops the program.
func (e *Engine) comes(b *Breakpoint, th *thread) bool {
	if b.When != nil {
		yes, err := e.holds(b, th)
		if err != nil {
			e.report.notify("error in testing the condition of %s: %v", e.nameOf(b), err)
		} else if !yes {
			return false
		}
	}
	b.Hits++
	if b.Ignore > 0 {
		b.Ignore--
		return false
	}
	return true
}

// dropMet deletes the temporary ones of the breakpoints that were met.
func (e *Engine) dropMet(met []int) error {
	var err error
	for _, n := range met {
		if b := e.breakpoint(n); b != nil && b.Temporary {
			err = errors.Join(err, e.DeleteBreakpoint(n))
		}
	}
	return err
}

// toBeRestarted reports whether the thread's system call was interrupted, so
// that its return is not its end: the kernel moves the PC back to the call when
// the thread goes on, and a step makes the whole call again, for as long as it
// takes.
func (e *Engine) toBeRestarted(th *thread) bool {
	return e.load(th) == nil && th.regs.Restarts()
}
