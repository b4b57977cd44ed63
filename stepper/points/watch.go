package points

import (
	"bytes"

	"rseqstep/table"
)

// WatchChange is one watchpoint's trigger.
type WatchChange struct {
	Number   int
	Expr     string
	Old, New []byte // nil: they could not be read
}

// InSlot is the breakpoint or watchpoint whose debug register a slot is, nil for none.
func (s *Set) InSlot(slot int) *Breakpoint { return s.Of(s.traps.DebugOwner(slot).Of) }

// Trigger decides a watchpoint that a thread has triggered: its bytes must have changed
// (but for rwatch and awatch). nil: the program goes on. live is asked for the critical
// section, if any, that the thread is in the middle of.
// Precondition: every thread is held.
func (s *Set) Trigger(b *Breakpoint, tid int, live func() *table.Placed) (*WatchChange, error) {
	if !b.isFor(tid) {
		return nil, nil
	}
	was, now := b.old, s.watchedBytes(b)
	b.old = now
	if b.Kind == WatchWrite && !b.eachWrite && bytes.Equal(was, now) {
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

// watchedBytes are those of a watchpoint, nil where they cannot be read: a
// pointer's target may be watched before there is any.
func (s *Set) watchedBytes(b *Breakpoint) []byte {
	now := make([]byte, b.WatchLength)
	if n, _ := s.host.ReadMemory(b.Watch, now); n < len(now) {
		return nil
	}
	return now
}
