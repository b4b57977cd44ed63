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

// Symbols is what a Set asks about the program's source: see source.Symbols.
type Symbols interface {
	Function(pc table.Addr) (source.Function, bool)
	Inlines(pc table.Addr) (depth, entering int)
	Line(pc table.Addr, depth int) (source.Line, bool)
	Lookup(location string, near table.Addr) ([]source.Place, error)
}

// Host is what a Set needs of the process and of whoever moves its threads.
type Host interface {
	machine.Memory
	// Alive is false once the process is gone or detached: nothing is planted then.
	Alive() bool
	// ReportSyscalls has system calls reported, or not any more.
	ReportSyscalls(on bool) error
	// Holds evaluates a condition, when, for a thread.
	Holds(tid int, when func(tid int) (bool, error)) (bool, error)
	// Notify adds a sentence for the user to what the command reports.
	Notify(format string, args ...any)
}

// Set is the user's breakpoints of one process.
type Set struct {
	host     Host
	traps    *ledger.Book
	sections *rseq.Sections
	symbols  Symbols

	list    []*Breakpoint
	last    int                // the last number that was given
	watched map[table.Addr]int // sections, by start, that a watchpoint was met inside of: how many were
}

// New is the empty Set of a process, whose breakpoints are in traps.
func New(h Host, traps *ledger.Book, sections *rseq.Sections, symbols Symbols) *Set {
	return &Set{host: h, traps: traps, sections: sections, symbols: symbols, watched: map[table.Addr]int{}}
}

// All lists the breakpoints by number. The list belongs to the Set.
func (s *Set) All() []*Breakpoint { return s.list }

// Of is the breakpoint of a number, nil for none.
func (s *Set) Of(number int) *Breakpoint {
	for _, b := range s.list {
		if b.Number == number {
			return b
		}
	}
	return nil
}

// Bare reports whether there is nothing but catchpoints of a client's: no memory of the
// program is to be changed for them, and they wait for no library.
func (s *Set) Bare() bool {
	return !slices.ContainsFunc(s.list, func(b *Breakpoint) bool { return !b.Kind.Catches() || !b.nameless })
}

// Add makes a breakpoint or watchpoint. Errors: rseq.ErrInside, ledger.ErrNoSlot, and
// those of Symbols.Lookup.
func (s *Set) Add(spec Spec) (*Breakpoint, error) {
	b := &Breakpoint{
		Kind: spec.Kind, Location: spec.Location, Enabled: !spec.Disabled, Temporary: spec.Temporary, Thread: spec.Thread, Ignore: spec.Ignore,
		When: spec.When, Watch: spec.Watch, WatchLength: spec.WatchLength, Numbers: spec.Numbers, near: spec.Near,
		thisProgram: spec.ThisProgram, nameless: spec.Nameless, eachWrite: spec.EachWrite,
		relocate: spec.Relocate, applies: spec.Applies, name: spec.Name,
	}
	switch {
	case spec.Kind.Watches() || spec.Kind.Catches():
	case len(spec.Addrs) > 0:
		for _, a := range spec.Addrs {
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

// Delete removes a breakpoint for good.
func (s *Set) Delete(number int) error {
	for i, b := range s.list {
		if b.Number == number {
			s.list = append(s.list[:i:i], s.list[i+1:]...)
			return s.uproot(b)
		}
	}
	return unknown(number)
}

// Enable turns a breakpoint on or off. One that cannot be planted stays off.
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

func unknown(number int) error { return fmt.Errorf("no breakpoint number %d", number) }

// DropTemporary deletes the temporary ones of the breakpoints that were met.
func (s *Set) DropTemporary(met []int) error {
	var err error
	for _, n := range met {
		if b := s.Of(n); b != nil && b.Temporary {
			err = errors.Join(err, s.Delete(n))
		}
	}
	return err
}
