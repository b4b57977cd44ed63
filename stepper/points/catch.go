package points

import (
	"errors"
	"slices"

	"rseqstep/stepper/tracee"
)

// ErrNoSyscallReports says that system calls of the process cannot be reported.
var ErrNoSyscallReports = errors.New("the target cannot report system calls")

// CaughtBy is the kind of catchpoint that an event is for, and the number of its
// system call or signal; ok is false for events that none is for.
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

// waitsFor reports whether b is for an event.
func (b *Breakpoint) waitsFor(kind Kind, number int) bool {
	return b.Enabled && b.Kind == kind && (len(b.Numbers) == 0 || slices.Contains(b.Numbers, number))
}

// Catches reports whether a catchpoint is for an event, whatever its condition.
func (s *Set) Catches(ev *tracee.Event) bool {
	kind, number, ok := CaughtBy(ev)
	return ok && slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return b.waitsFor(kind, number) })
}

// ClientCatches reports whether a client, which says itself what it has caught, has a
// catchpoint of the kind.
func (s *Set) ClientCatches(kind Kind) bool {
	return slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return b.nameless && b.waitsFor(kind, 0) })
}

// Catch decides which catchpoints stop the thread for its event.
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
