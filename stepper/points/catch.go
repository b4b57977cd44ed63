package points

import (
	"errors"
	"slices"

	"rseqstep/stepper/tracee"
)

// ErrNoSyscallReports says that the target cannot report the system calls of the process.
var ErrNoSyscallReports = errors.New("the target cannot report system calls")

// CaughtBy returns the kind of catchpoint that matches an event, and the number of its system
// call or signal. ok is false if no catchpoint can match the event.
func CaughtBy(ev *tracee.Event) (kind Kind, number int, ok bool) {
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

// waitsFor reports whether b matches an event.
func (b *Breakpoint) waitsFor(kind Kind, number int) bool {
	return b.Enabled && b.Kind == kind && (len(b.Numbers) == 0 || slices.Contains(b.Numbers, number))
}

// Catches reports whether a catchpoint matches an event, whatever its condition.
func (s *Set) Catches(ev *tracee.Event) bool {
	kind, number, ok := CaughtBy(ev)
	return ok && slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return b.waitsFor(kind, number) })
}

// ClientCatches reports whether a client that reports its catches itself has a catchpoint of the
// kind.
func (s *Set) ClientCatches(kind Kind) bool {
	return slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return b.nameless && b.waitsFor(kind, 0) })
}

// Catch returns the numbers of the catchpoints that stop the thread for its event.
// Precondition: every thread is held.
func (s *Set) Catch(ev *tracee.Event) (met []int) {
	kind, number, ok := CaughtBy(ev)
	if !ok {
		return nil
	}
	for _, b := range s.list {
		if b.waitsFor(kind, number) && b.isFor(ev.TID) && s.comes(b, ev.TID) {
			met = append(met, b.Number)
		}
	}
	return met
}
