package points

import (
	"slices"

	"rseqstep/table"
)

// Within lists the addresses inside a section at which a thread's breakpoints wait.
func (s *Set) Within(tid int, p *table.Placed) (list []table.Addr) {
	for _, b := range s.list {
		if !b.Enabled || !b.Kind.Breaks() || !b.isFor(tid) {
			continue
		}
		for _, place := range b.Places {
			if !place.Off && p.Contains(place.Addr) && !slices.Contains(list, place.Addr) {
				list = append(list, place.Addr)
			}
		}
	}
	return list
}

// Wants reports whether a breakpoint or a watchpoint requires the debugger to step a thread
// through the section with its registration lifted.
func (s *Set) Wants(tid int, p *table.Placed) bool {
	return s.watched[p.Start] > 0 || len(s.Within(tid, p)) > 0
}

// Arming reports whether the breakpoint at a is inserted for a place inside a section.
func (s *Set) Arming(a table.Addr) bool {
	return slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return slices.Contains(b.traps, a) })
}

// metInside records that a watchpoint was triggered inside a section. From now on the debugger
// steps threads through that section with their registration lifted, because the kernel would
// abort it on each trigger.
func (s *Set) metInside(b *Breakpoint, p *table.Placed) error {
	if slices.Contains(b.inside, p.Start) {
		return nil
	}
	trap, ok, err := s.sections.Arming(p)
	if err != nil {
		return err
	}
	if !ok {
		s.host.Notify("watchpoint %d was met inside the critical section %s, which the kernel restarts", b.Number, s.sections.Name(p))
		return nil
	}
	if err := s.traps.Plant(trap, b.insider()); err != nil {
		return err
	}
	s.host.Notify("watchpoint %d was met inside the critical section %s: the kernel restarts it, and from the next time on it is stepped with its registration lifted", b.Number, s.sections.Name(p))
	b.traps, b.inside = append(b.traps, trap), append(b.inside, p.Start)
	s.watched[p.Start]++
	return nil
}

// Accessed records that the instruction at a made the access that has triggered b, on a processor
// whose debug registers stop a thread before an access. aborted: the thread has not executed it,
// because the kernel has restarted the section that contains it. If it is part of an exclusive sequence,
// the debugger runs the sequence with the debug register off from now on: its store fails otherwise.
// Precondition: every thread is held.
func (s *Set) Accessed(b *Breakpoint, a table.Addr, aborted bool) error {
	if p := s.sections.Image().At(a); p != nil && aborted {
		return s.metInside(b, p)
	}
	q, ok := s.sections.SequenceAround(a)
	if !ok {
		q, ok = s.sections.Sequence(a)
	}
	if !ok || slices.Contains(b.traps, q.Load) || s.sections.Covering(q.Load) != nil {
		return nil
	}
	if err := s.traps.Plant(q.Load, b.insider()); err != nil {
		return err
	}
	b.traps = append(b.traps, q.Load)
	return nil
}
