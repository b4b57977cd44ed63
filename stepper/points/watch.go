package points

import (
	"bytes"
	"slices"

	"rseqstep/table"
)

// WatchChange describes one trigger of a watchpoint.
type WatchChange struct {
	Number   int
	Expr     string
	Old, New []byte // nil: they could not be read
}

// InSlot returns the breakpoint or watchpoint that owns a debug register, nil if there is none.
func (s *Set) InSlot(slot int) *Breakpoint { return s.Of(s.traps.DebugOwner(slot).Of) }

// Trigger decides whether a watchpoint that a thread has triggered stops the program: its bytes
// must have changed for watch, and must not have changed for rwatch, whose debug register also
// triggers on stores on x86 (gdb decides the same); awatch stops at both. nil: the program
// continues. live returns the critical section in which the thread is live, nil if there is none.
// Precondition: every thread is held.
func (s *Set) Trigger(b *Breakpoint, tid int, live func() *table.Placed) (*WatchChange, error) {
	if !b.isFor(tid) {
		return nil, nil
	}
	was, now := b.old, s.watchedBytes(b)
	b.old = now
	same := bytes.Equal(was, now)
	if same && b.Kind == WatchWrite && !b.eachWrite || !same && b.Kind == WatchRead {
		return nil, nil
	}
	if b.When != nil {
		if yes, err := s.host.Holds(tid, b.When); err == nil && !yes {
			return nil, nil
		}
	}
	if p := live(); p != nil {
		if err := s.metInside(b, p); err != nil {
			return nil, err
		}
	}
	if !b.hit() {
		return nil, nil
	}
	return &WatchChange{Number: b.Number, Expr: b.Location, Old: was, New: now}, nil
}

// Ran is Trigger for a watchpoint whose debug register was off while a thread ran a unit. accessed:
// the unit loads the bytes or stores to them; otherwise only a changed content tells of it.
func (s *Set) Ran(b *Breakpoint, tid int, accessed bool) (*WatchChange, error) {
	if bytes.Equal(b.old, s.watchedBytes(b)) && (b.Kind == WatchWrite || !accessed) {
		return nil, nil
	}
	return s.Trigger(b, tid, func() *table.Placed { return nil })
}

// Watching reports whether an enabled watchpoint has a debug register.
func (s *Set) Watching() bool {
	return slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return b.Kind.Watches() && len(b.planted) > 0 })
}

// watchedBytes returns the bytes of a watchpoint, nil if they cannot be read: the user may watch
// the target of a pointer before it is mapped.
func (s *Set) watchedBytes(b *Breakpoint) []byte {
	now := make([]byte, b.WatchLength)
	if n, _ := s.host.ReadMemory(b.Watch, now); n < len(now) {
		return nil
	}
	return now
}
