package points

import (
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Meet decides which breakpoints stop a thread that has come to an address where they
// are planted: met is their numbers, and place the last one's.
// Precondition: every thread is held.
func (s *Set) Meet(tid int, a table.Addr) (met []int, place source.Place) {
	return s.meet(tid, a, func(b *Breakpoint) bool { return b.at(a) })
}

// MeetInside is Meet for a thread that was taken to an address inside a section, where
// nothing is planted.
func (s *Set) MeetInside(tid int, a table.Addr) (met []int, place source.Place) {
	return s.meet(tid, a, func(b *Breakpoint) bool {
		for _, p := range b.Places {
			if p.Trap != 0 && p.Addr == a {
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
			if p.Addr == a {
				place = p
			}
		}
	}
	return met, place
}

// comes decides a breakpoint that a thread has come to: its condition first,
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

// ShownDepth is the inline depth at which a breakpoint at pc is shown: that of the
// inlined call that it was set in, or else of the caller of those that begin there.
func (s *Set) ShownDepth(pc table.Addr, place source.Place) int {
	total, entering := s.symbols.Inlines(pc)
	if entering > 0 && place.Function != "" {
		if f, ok := s.symbols.Function(pc); ok && f.Name != place.Function {
			return s.depthOf(pc, place.Line)
		}
	}
	return total - entering
}

// depthOf is the innermost inline depth at which pc shows a line, among those
// of the calls that begin at pc; the innermost of all when none does.
func (s *Set) depthOf(pc table.Addr, line source.Line) int {
	total, entering := s.symbols.Inlines(pc)
	for d := total; d >= total-entering; d-- {
		if l, ok := s.symbols.Line(pc, d); ok && l == line {
			return d
		}
	}
	return total
}

// At reports whether a breakpoint that the user asked for is planted at an address,
// enabled for whatever thread.
func (s *Set) At(a table.Addr) bool {
	for _, b := range s.list {
		if b.at(a) {
			return true
		}
	}
	return false
}

// HardwareAt reports whether one is there that the program's memory does not show.
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
