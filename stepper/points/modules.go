package points

import (
	"errors"
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// Reset resolves pending breakpoints again and inserts what is missing. Call it after the modules
// have changed. If the module of a place was unmapped, Reset inserts the breakpoint when the
// module is mapped again.
func (s *Set) Reset() {
	for _, b := range s.list {
		s.resolve(b)
		if err := s.plant(b); err != nil && !b.nameless {
			s.host.Notify("%v: %v", b, err)
		}
	}
}

// dropStale removes breakpoints of b from addresses that are no longer its places.
func (s *Set) dropStale(b *Breakpoint) {
	if b.Kind != Software {
		return
	}
	kept := b.planted[:0]
	for _, a := range b.planted {
		keep := false
		for _, p := range b.Places {
			keep = keep || p.Addr == a && !p.Off
		}
		if keep {
			kept = append(kept, a)
		} else if err := s.traps.Unplant(a, b.asker()); err != nil {
			s.host.Notify("%v: %v", b, err)
		}
	}
	b.planted = kept
}

// InModules lists the inserted breakpoints of all owners that are in a module.
func (s *Set) InModules() (list []table.Addr) {
	for _, a := range s.traps.Traps() {
		if s.sections.Image().ModuleAt(a) != nil {
			list = append(list, a)
		}
	}
	return list
}

// DropUnmapped removes the entries of those addresses whose module has been unmapped, because the
// breakpoints disappeared with it. Reset inserts them again when the module is mapped again.
func (s *Set) DropUnmapped(addrs []table.Addr) {
	for _, a := range addrs {
		if s.sections.Image().ModuleAt(a) != nil {
			continue
		}
		if err := s.traps.Withdraw(a); err != nil {
			s.host.Notify("the breakpoint at %v: %v", a, err)
		}
		here := func(x table.Addr) bool { return x == a }
		for _, b := range s.list {
			b.traps = slices.DeleteFunc(b.traps, here)
			if b.Kind == Software {
				b.planted = slices.DeleteFunc(b.planted, here)
			}
		}
	}
}

// Withdraw removes inserted breakpoints that are inside a newly learnt section. It moves the
// user's to the section's arming store.
func (s *Set) Withdraw() {
	for _, b := range s.list {
		covered := func(a table.Addr) bool { return s.sections.Covering(a) != nil }
		if !b.Kind.Breaks() || !slices.ContainsFunc(b.planted, covered) {
			continue
		}
		if err := errors.Join(s.uproot(b), s.plant(b)); err != nil {
			s.host.Notify("%v: %v", b, err)
		}
	}
	for _, a := range s.traps.Traps() {
		if s.traps.OwnedFor(a, ledger.Aborting) {
			continue // it is meant to stand there
		}
		if err := s.sections.Guard(a); err != nil {
			if s.traps.Withdraw(a) == nil {
				s.host.Notify("a breakpoint was taken away: %v", err)
			}
		}
	}
}
