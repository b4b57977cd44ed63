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

// caught is what a catchpoint knows an event as: its own kind, the Stop's reason, and
// the number of a system call or a signal.
type caught struct {
	kind   BreakpointKind
	reason Reason
	number int
}

// caughtBy is what catchpoints know an event as; ok is false for events that none is for.
func caughtBy(ev *tracee.Event) (c caught, ok bool) {
	switch ev.Kind {
	case tracee.EventFork:
		return caught{kind: CatchFork, reason: StopFork}, true
	case tracee.EventVfork:
		return caught{kind: CatchVfork, reason: StopVfork}, true
	case tracee.EventVforkDone:
		return caught{kind: CatchVforkDone, reason: StopVforkDone}, true
	case tracee.EventExec:
		return caught{kind: CatchExec, reason: StopExec}, true
	case tracee.EventSyscallEntry:
		return caught{kind: CatchSyscall, reason: StopSyscallEntry, number: int(ev.Number)}, true
	case tracee.EventSyscallReturn:
		return caught{kind: CatchSyscall, reason: StopSyscallReturn, number: int(ev.Number)}, true
	case tracee.EventSignal:
		return caught{kind: CatchSignal, reason: StopSignal, number: ev.Signal}, true
	}
	return caught{}, false
}

// waitsFor reports whether b is for an event.
func (b *Breakpoint) waitsFor(kind BreakpointKind, number int) bool {
	return b.Enabled && b.Kind == kind && (len(b.Numbers) == 0 || slices.Contains(b.Numbers, number))
}

// anyCatches reports whether a catchpoint is for an event, whatever its condition.
func (e *Engine) anyCatches(c caught) bool {
	return slices.ContainsFunc(e.breakpoints, func(b *Breakpoint) bool { return b.waitsFor(c.kind, c.number) })
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
	c, ok := caughtBy(&ev)
	if !ok {
		return nil, nil
	}
	th := e.adopt(ev.TID)
	var met []int
	for _, b := range e.breakpoints {
		if b.waitsFor(c.kind, c.number) && (b.Thread == 0 || b.Thread == th.TID) && e.comes(b, th) {
			met = append(met, b.Number)
		}
	}
	if met == nil {
		return nil, nil
	}
	stop = &Stop{Reason: c.reason, TID: ev.TID}
	switch c.kind {
	case CatchFork, CatchVfork:
		e.fork, stop.Child = &undecided{event: ev}, ev.Child
	case CatchSyscall:
		stop.Syscall = ev.Number
		th.InCall = th.InCall || c.reason == StopSyscallEntry
	case CatchSignal:
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
			e.drive.Notify("error in testing the condition of %s: %v", e.nameOf(b), err)
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
