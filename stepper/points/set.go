package points

import (
	"errors"
	"fmt"
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Symbols is the part of source.Symbols that a Set needs.
type Symbols interface {
	Function(pc table.Addr) (source.Function, bool)
	Inlines(pc table.Addr) (depth, entering int)
	Line(pc table.Addr, depth int) (source.Line, bool)
	Lookup(location string, near table.Addr) ([]source.Place, error)
}

// Host is what a Set needs from the process and from the code that moves its threads.
type Host interface {
	machine.Memory
	// Alive is false if the process has ended or is detached: the Set then inserts nothing.
	Alive() bool
	// ReportSyscalls switches the reports of system calls on or off.
	ReportSyscalls(on bool) error
	// Holds evaluates the condition when for a thread.
	Holds(tid int, when func(tid int) (bool, error)) (bool, error)
	// Notify adds a sentence for the user to the report of the command.
	Notify(format string, args ...any)
}

// Set holds the user's breakpoints of one process.
type Set struct {
	host     Host
	traps    *ledger.Book
	sections *rseq.Sections
	symbols  Symbols

	list    []*Breakpoint
	last    int                // the last number in use
	watched map[table.Addr]int // sections, by start, inside which watchpoints were triggered, with the number of such watchpoints
}

// New returns the empty Set of a process. traps records its breakpoints, and from now on refuses
// every breakpoint that must not stand in or beside one of the sections (Book.Guard).
func New(h Host, traps *ledger.Book, sections *rseq.Sections, symbols Symbols) *Set {
	s := &Set{host: h, traps: traps, sections: sections, symbols: symbols, watched: map[table.Addr]int{}}
	traps.Guard = s.guard
	return s
}

// All lists the breakpoints by number. The list belongs to the Set.
func (s *Set) All() []*Breakpoint { return s.list }

// Of returns the breakpoint with a number, nil if there is none.
func (s *Set) Of(number int) *Breakpoint {
	for _, b := range s.list {
		if b.Number == number {
			return b
		}
	}
	return nil
}

// Bare reports whether the Set has only catchpoints of a client: they need no change to the
// program's memory and wait for no library.
func (s *Set) Bare() bool {
	return !slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return !b.Kind.Catches() || !b.nameless })
}

// Add creates a breakpoint, watchpoint or catchpoint. Errors: rseq.ErrInside, ledger.ErrNoSlot,
// and those of Symbols.Lookup.
func (s *Set) Add(spec Spec) (*Breakpoint, error) {
	b := &Breakpoint{
		Kind: spec.Kind, Location: spec.Location, Enabled: !spec.Disabled, Temporary: spec.Temporary, Thread: spec.Thread, Ignore: spec.Ignore,
		When: spec.When, Watch: s.sections.Arch().Untagged(spec.Watch), WatchLength: spec.WatchLength, Numbers: spec.Numbers, near: spec.Near,
		thisProgram: spec.ThisProgram, nameless: spec.Nameless, eachWrite: spec.EachWrite,
		relocate: spec.Relocate, applies: spec.Applies, name: spec.Name,
	}
	switch {
	case spec.Kind.Watches() || spec.Kind.Catches():
	case len(spec.Addrs) > 0:
		for _, a := range spec.Addrs {
			a = s.sections.Arch().Untagged(a)
			if spec.Nameless {
				b.Places = append(b.Places, source.Place{Addr: a})
				continue
			}
			b.Places = append(b.Places, s.placeAt(a))
		}
	default:
		places, err := s.symbols.Lookup(spec.Location, spec.Near)
		if err != nil && !spec.Pending {
			return nil, err
		}
		b.Places, b.Pending = places, err != nil
	}
	source.KeepOff(spec.Before, b.Places)
	b.before = spec.Before
	b.Number = s.last + 1
	if err := s.plant(b); err != nil {
		return nil, errors.Join(err, s.uproot(b))
	}
	s.last++
	s.list = append(s.list, b)
	return b, nil
}

// placeAt describes an address.
func (s *Set) placeAt(a table.Addr) source.Place {
	p := source.Place{Addr: a}
	if f, ok := s.symbols.Function(a); ok {
		p.Function, p.Module = f.Name, f.Module
		total, _ := s.symbols.Inlines(a)
		p.Line, _ = s.symbols.Line(a, total)
	}
	return p
}

// Delete removes a breakpoint permanently.
func (s *Set) Delete(number int) error {
	for i, b := range s.list {
		if b.Number == number {
			s.list = append(s.list[:i:i], s.list[i+1:]...)
			return s.uproot(b)
		}
	}
	return unknown(number)
}

// Enable enables or disables a breakpoint. If it cannot be inserted, it stays disabled.
func (s *Set) Enable(number int, on bool) error {
	b := s.Of(number)
	switch {
	case b == nil:
		return unknown(number)
	case b.Enabled == on:
		return nil
	}
	b.Enabled = on
	if !on {
		return s.uproot(b)
	}
	err := s.plant(b)
	if err != nil {
		b.Enabled = false
		err = errors.Join(err, s.uproot(b))
	}
	return err
}

// EnablePlace enables or disables one of a breakpoint's Places, the first of which is 1.
func (s *Set) EnablePlace(number, place int, on bool) error {
	b := s.Of(number)
	switch {
	case b == nil:
		return unknown(number)
	case place < 1 || place > len(b.Places):
		return fmt.Errorf("breakpoint %d has no location %d", number, place)
	}
	p := &b.Places[place-1]
	was := p.Off
	p.Off = !on
	err := errors.Join(s.uproot(b), s.plant(b))
	if err != nil && on {
		p.Off = was
		err = errors.Join(err, s.uproot(b), s.plant(b))
	}
	return err
}

func unknown(number int) error { return fmt.Errorf("no breakpoint number %d", number) }

// DropTemporary deletes the temporary breakpoints among those that were hit.
func (s *Set) DropTemporary(met []int) error {
	var err error
	for _, n := range met {
		if b := s.Of(n); b != nil && b.Temporary {
			err = errors.Join(err, s.Delete(n))
		}
	}
	return err
}
