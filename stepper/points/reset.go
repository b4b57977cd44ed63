package points

import (
	"errors"
	"fmt"

	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Located holds the process addresses to which the expression of a breakpoint evaluates in the
// program that the process now executes.
type Located struct {
	Addrs       []table.Addr // of a breakpoint
	Watch       table.Addr   // of a watchpoint
	WatchLength int          // bytes
}

// fixed is an address that the user gave as a number: it names one place in one file, and nothing
// in any other file.
type fixed struct {
	addr table.Addr
	home *table.Module // nil: it was in no file
}

// LeaveProgram removes the user's breakpoints from the program that the kernel has replaced. As
// in gdb ("update_breakpoints_after_exec", gdb/breakpoint.c) they keep their counts and
// conditions, and the text that the user wrote is resolved in the new program; they are pending
// until it names something there. LeaveProgram deletes those that were only for the old program.
// Precondition: s.sections still describes the old program.
func (s *Set) LeaveProgram() {
	clear(s.watched)
	kept := s.list[:0:0]
	for _, b := range s.list {
		b.planted, b.traps, b.inside, b.old = nil, nil, nil, nil
		if b.thisProgram {
			b.Gone = true
			if b.name != nil {
				s.host.Notify("%v is deleted: the program has left the block in which its expression is valid", b)
			}
			continue
		}
		kept = append(kept, b)
		if b.Kind.Catches() {
			continue
		}
		if !b.carried && b.relocate == nil {
			b.fixed = s.fixed(b)
		}
		b.carried, b.complained = true, false
		if len(b.Places) > 0 {
			b.before = b.Places
		}
		b.Places, b.Pending, b.near = nil, true, 0
	}
	s.list = kept
}

// fixed returns the addresses of a breakpoint that the user gave as a number.
func (s *Set) fixed(b *Breakpoint) (list []fixed) {
	switch {
	case b.Kind.Watches():
		list = append(list, fixed{b.Watch, s.sections.Image().ModuleAt(b.Watch)})
	case b.isAddress():
		for _, p := range b.Places {
			list = append(list, fixed{p.Addr, s.sections.Image().ModuleAt(p.Addr)})
		}
	}
	return list
}

// Carried reports whether the breakpoint was set in a program that the process has replaced by
// execve(2). Its Places are those of the new program.
func (b *Breakpoint) Carried() bool { return b.carried }

// resolve finds the places of a breakpoint again after the modules have changed. If it names
// nothing now, it keeps its old places.
func (s *Set) resolve(b *Breakpoint) {
	if b.Kind.Catches() || !b.carried && (b.Kind.Watches() || b.Location == "" || b.isAddress()) {
		return
	}
	if !b.carried {
		if places, err := s.symbols.Lookup(b.Location, b.near); err == nil {
			s.moveTo(b, places)
		}
		return
	}
	if b.Pending || b.Kind.Breaks() && !b.isAddress() {
		if err := s.relocate(b); err != nil && !b.complained {
			b.complained = true
			s.host.Notify("error in re-setting %v: %v", b, err)
		}
	}
}

// relocate finds the places of a breakpoint that was set in another program. A place in the
// source that this program lacks is no error: a library may contain it, as with gdb's pending
// breakpoints.
func (s *Set) relocate(b *Breakpoint) error {
	var places []source.Place
	switch {
	case b.relocate != nil:
		at, err := b.relocate()
		if err != nil {
			return err
		}
		if b.Kind.Watches() {
			b.Watch, b.WatchLength, b.Pending = s.sections.Arch().Untagged(at.Watch), at.WatchLength, false
			return nil // its condition is evaluated when a thread hits it
		}
		for _, a := range at.Addrs {
			places = append(places, s.placeAt(s.sections.Arch().Untagged(a)))
		}
	case b.fixed != nil:
		for _, f := range b.fixed {
			if !sameFile(f.home, s.sections.Image().ModuleAt(f.addr)) {
				return fmt.Errorf("%v was an address in %s, which is not there now", f.addr, f.from())
			}
			places = append(places, s.placeAt(f.addr))
		}
		if b.Kind.Watches() {
			b.Pending = false
			return nil
		}
	default:
		var err error
		if places, err = s.symbols.Lookup(b.Location, b.near); err != nil {
			return nil
		}
	}
	places, err := b.where(places)
	if len(places) > 0 {
		s.moveTo(b, places)
		return nil
	}
	return err
}

// moveTo sets the places of a breakpoint that has been found again.
func (s *Set) moveTo(b *Breakpoint, places []source.Place) {
	if len(b.Places) > 0 {
		b.before = b.Places
	}
	source.KeepOff(b.before, places)
	b.Places, b.Pending = places, false
	s.dropStale(b)
}

// where returns the places at which the breakpoint's condition has a meaning; gdb disables the
// others.
func (b *Breakpoint) where(places []source.Place) (kept []source.Place, err error) {
	if b.applies == nil {
		return places, nil
	}
	for _, p := range places {
		if wrong := b.applies(p.Addr); wrong != nil {
			err = errors.Join(err, fmt.Errorf("its condition cannot be tested at %v: %w", p.Addr, wrong))
			continue
		}
		kept = append(kept, p)
	}
	return kept, err
}

// sameFile reports whether two modules of two programs are the same file, loaded at the same
// address.
func sameFile(was, is *table.Module) bool {
	if was == nil || is == nil || was.Bias != is.Bias {
		return false
	}
	return was.File != nil && was.File == is.File || was.Path == "[vdso]" && is.Path == "[vdso]"
}

func (f fixed) from() string {
	if f.home == nil {
		return "memory of the program before"
	}
	return f.home.Path
}
