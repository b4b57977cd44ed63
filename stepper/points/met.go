package points

import (
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Meet decides which breakpoints stop a thread that has reached a process address where they are
// inserted: met lists their numbers, and place is that of the last one.
// Precondition: every thread is held.
func (s *Set) Meet(tid int, a table.Addr) (met []int, place source.Place) {
	return s.meet(tid, a, func(b *Breakpoint) bool { return b.at(a) })
}

// MeetInside is Meet for a thread that the debugger stepped to an address inside a section, where
// nothing is inserted.
func (s *Set) MeetInside(tid int, a table.Addr) (met []int, place source.Place) {
	return s.meet(tid, a, func(b *Breakpoint) bool {
		for _, p := range b.Places {
			if !p.Off && p.Trap != 0 && p.Addr == a {
				return true
			}
		}
		return false
	})
}

func (s *Set) meet(tid int, a table.Addr, here func(*Breakpoint) bool) (met []int, place source.Place) {
	for _, b := range s.list {
		if !b.Enabled || !b.Kind.Breaks() || !b.isFor(tid) || !here(b) || !s.comes(b, tid) {
			continue
		}
		met = append(met, b.Number)
		for _, p := range b.Places {
			if p.Addr != a {
				continue
			}
			if place = p; p.Asked != 0 {
				s.host.Notify("%v: %v is inside an exclusive sequence, whose store fails if a thread stops there; it stops before the sequence", b, p.Asked)
			}
		}
	}
	return met, place
}

// comes decides whether a breakpoint that a thread has reached stops it: its condition first,
// then its count. An error in the condition stops the program.
func (s *Set) comes(b *Breakpoint, tid int) bool {
	if b.When != nil {
		yes, err := s.host.Holds(tid, b.When)
		if err != nil {
			s.host.Notify("error in testing the condition of %v: %v", b, err)
		} else if !yes {
			return false
		}
	}
	return b.hit()
}

// hit counts a hit, and reports whether it stops the program.
func (b *Breakpoint) hit() bool {
	b.Hits++
	if b.Ignore > 0 {
		b.Ignore--
		return false
	}
	return true
}

// ShownDepth returns the inline depth to show for a breakpoint at pc: that of the inlined call in
// which it was set, otherwise that of the caller of the inlined calls that begin there.
func (s *Set) ShownDepth(pc table.Addr, place source.Place) int {
	total, entering := s.symbols.Inlines(pc)
	if entering > 0 && place.Function != "" {
		if f, ok := s.symbols.Function(pc); ok && f.Name != place.Function {
			return s.depthOf(pc, place.Line)
		}
	}
	return total - entering
}

// depthOf returns the innermost inline depth at which pc shows a line, among those of the calls
// that begin at pc. If none shows it, it returns the innermost depth.
func (s *Set) depthOf(pc table.Addr, line source.Line) int {
	total, entering := s.symbols.Inlines(pc)
	for d := total; d >= total-entering; d-- {
		if l, ok := s.symbols.Line(pc, d); ok && l == line {
			return d
		}
	}
	return total
}

// At reports whether an enabled breakpoint that the user asked for is inserted at an address, for
// any thread.
func (s *Set) At(a table.Addr) bool {
	for _, b := range s.list {
		if b.at(a) {
			return true
		}
	}
	return false
}

// Moved reports whether the breakpoints that are inserted at an address are all moved there, from
// inside an exclusive sequence.
func (s *Set) Moved(a table.Addr) bool {
	moved := false
	for _, b := range s.list {
		if !b.at(a) {
			continue
		}
		for _, p := range b.Places {
			if p.Addr == a && p.Asked == 0 {
				return false
			}
		}
		moved = true
	}
	return moved
}

// HardwareAt reports whether an enabled hardware breakpoint of the user's is set at an address,
// for any thread. It does not change the program's memory.
func (s *Set) HardwareAt(a table.Addr) bool {
	if !s.traps.Hardware() {
		return false
	}
	for _, b := range s.list {
		if b.Kind == Hardware && b.at(a) {
			return true
		}
	}
	return false
}
