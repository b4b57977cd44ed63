package session

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Breakpoint is a breakpoint or watchpoint of the user's. It outlives processes; live
// is its counterpart in the current process.
type Breakpoint struct {
	Number    int
	Kind      stepper.BreakpointKind
	Location  string // as typed; the expression of a watchpoint
	Address   bool   // Location is *EXPR
	Condition string
	Temporary bool
	Once      bool // `enable once` and `enable count`: disable it when it is hit
	Count     int  // `enable count`: the number of hits until then; 0: one
	Thread    int  // thread number, 0 for all
	Enabled   bool
	Ignore    int
	Hits      int
	Commands  []string
	Numbers   []int // system calls or signals of a catchpoint; empty for all
	Pending   bool
	Event     *Event // what a breakpoint on a run-time library's function is a catchpoint for; nil: none
	Print     string // the arguments of dprintf; "" for other breakpoints
	// Filter decides, after Condition, whether a thread that hit it stops; nil: always.
	Filter func(tid int) (bool, error)
	// Fixed: an editor took the numbers in Location from the program, so they mean
	// nothing in another program.
	Fixed  bool
	Places []stepper.Place // its addresses in the file, or in the process

	near   table.Addr
	caught string       // the last process or program that a catchpoint caught
	addrs  []table.Addr // value of Address when it was set
	live   *stepper.Breakpoint
}

// Watch reports whether it watches data.
func (b *Breakpoint) Watch() bool { return b.Kind.Watches() }

// Noun returns gdb's word for the kind at the start of a message.
func (b *Breakpoint) Noun() string {
	switch {
	case (b.Catches() || b.Event != nil) && b.Temporary:
		return "Temporary catchpoint"
	case b.Catches() || b.Event != nil:
		return "Catchpoint"
	case b.Print != "":
		return "Dprintf"
	case b.Kind == stepper.WatchWrite:
		return "Hardware watchpoint"
	case b.Kind == stepper.WatchRead:
		return "Hardware read watchpoint"
	case b.Kind == stepper.WatchAccess:
		return "Hardware access (read/write) watchpoint"
	case b.Kind == stepper.BreakHardware && b.Temporary:
		return "Temporary hardware breakpoint"
	case b.Kind == stepper.BreakHardware:
		return "Hardware assisted breakpoint"
	case b.Temporary:
		return "Temporary breakpoint"
	}
	return "Breakpoint"
}

// Add sets and announces the breakpoint b, which has its Kind, Location, Condition,
// Temporary and Thread filled in.
func (s *Session) Add(b *Breakpoint) error {
	b.Enabled = true
	if b.Address {
		addr, err := s.addressAt(b.Location)
		if err != nil {
			return err
		}
		b.addrs = []table.Addr{addr}
	}
	if f, err := s.Frame(); err == nil {
		b.near = f.PC
	}
	if b.Condition != "" {
		if _, err := s.Values().Condition(b.Condition); err != nil {
			return err
		}
	}
	if b.Thread != 0 && s.process != nil {
		if _, err := s.ThreadID(b.Thread); err != nil {
			return err // not a location that a library may provide later
		}
	}
	if err := s.place(b); err != nil {
		return err
	}
	if err := s.validCondition(b, b.Condition); err != nil {
		return errors.Join(err, s.unplant(b))
	}
	s.numbered++
	b.Number = s.numbered
	s.breakpoints = append(s.breakpoints, b)
	s.history.SetInteger("bpnum", int64(b.Number))
	s.announce(b)
	return nil
}

// place finds b's addresses, in the process or in the file, and asks about a location
// that is not found.
func (s *Session) place(b *Breakpoint) error {
	err := s.plant(b)
	if err == nil || b.Watch() || b.Catches() || b.Address {
		return err
	}
	if isInside(err) || errors.Is(err, stepper.ErrNoSlot) {
		return err
	}
	if _, full, err := s.find(b.Location, b.near); err == nil && full != b.Location {
		b.Location = full
		return s.plant(b)
	}
	if b.Event == nil && !s.imported(b, err) {
		if err := s.pend(err); err != nil {
			return err
		}
	}
	b.Pending = true
	return s.plant(b)
}

// pend decides on a location that is not found: nil keeps it.
func (s *Session) pend(reason error) error {
	switch {
	case s.Settings.Pending == PendingOn:
		fmt.Fprintln(s.Err, reason)
		return nil
	case s.Settings.Pending == PendingOff:
		return reason
	case s.TTY && s.Confirm != nil:
		fmt.Fprintln(s.Err, reason)
		yes, err := s.Confirm(prompt.Question{Text: "Make breakpoint pending on future shared library load?", No: true})
		if !yes && err == nil {
			err = prompt.ErrReported
		}
		return err
	}
	return fmt.Errorf("%w (\"set breakpoint pending on\" keeps it for a library loaded later)", reason)
}

// plant sets b in the process; without a process, or with a core file, it only looks
// its addresses up.
func (s *Session) plant(b *Breakpoint) error {
	if !s.Live() {
		return s.lookup(b)
	}
	s.look(b)
	spec := stepper.BreakpointSpec{Kind: b.Kind, Location: b.Location, Addrs: b.addrs, Near: b.near,
		Pending: b.Pending, Temporary: b.Temporary, Disabled: !b.Enabled, Ignore: b.Ignore, Numbers: b.Numbers,
		Before: b.Places, Relocate: s.relocate(b), Applies: s.applies(b), Name: b.name}
	if b.Thread != 0 {
		tid, err := s.ThreadID(b.Thread)
		if err != nil {
			return err
		}
		spec.Thread = tid
	}
	when, err := s.when(b)
	if err != nil {
		return err
	}
	spec.When = when
	if b.Watch() {
		addr, length, err := s.Values().Watchable(b.Location)
		if err != nil {
			return err
		}
		spec.Watch, spec.WatchLength = addr, length
		spec.ThisProgram = s.Values().Local(b.Location)
	}
	live, err := s.process.engine.AddBreakpoint(spec)
	if err != nil {
		return err
	}
	b.live = live
	s.refresh(b)
	return nil
}

// when returns the check whether a thread that hit b stops; nil: always.
func (s *Session) when(b *Breakpoint) (func(tid int) (bool, error), error) {
	if b.Condition == "" {
		return b.Filter, nil
	}
	when, err := s.Values().Condition(b.Condition)
	if err != nil || b.Filter == nil {
		return when, err
	}
	return func(tid int) (bool, error) {
		if yes, err := when(tid); !yes || err != nil {
			return yes, err
		}
		return b.Filter(tid)
	}, nil
}

// lookup fills in b's addresses from the file.
func (s *Session) lookup(b *Breakpoint) error {
	if b.Watch() {
		return s.Values().Worthy(b.Location) // its address is found at launch
	}
	if b.Catches() {
		return nil
	}
	if b.Address {
		b.Places = nil
		for _, a := range b.addrs {
			b.Places = append(b.Places, s.PlaceOf(a))
		}
		return nil
	}
	sy, err := s.need()
	if err != nil {
		if b.Pending {
			return nil
		}
		return err
	}
	places, err := sy.Lookup(b.Location, b.near)
	if err != nil && !b.Pending {
		return err
	}
	if len(places) == 0 {
		places = s.stubs(b.Location) // until the process has the library
	}
	source.KeepOff(b.Places, places)
	b.Places = places
	if len(places) > 0 {
		b.Pending = false
	}
	return nil
}

// PlaceOf describes an address.
func (s *Session) PlaceOf(a table.Addr) stepper.Place {
	p := stepper.Place{Addr: a}
	sy := s.Symbols()
	if sy == nil {
		return p
	}
	depth, _ := sy.Inlines(a)
	p.Line, _ = sy.Line(a, depth)
	if f, ok := sy.Function(a); ok {
		p.Function, p.Module = f.Name, f.Module
	}
	return p
}

// refresh copies what the engine has found out.
func (s *Session) refresh(b *Breakpoint) {
	if b.live == nil {
		return
	}
	b.Hits, b.Ignore, b.Pending = b.live.Hits, b.live.Ignore, b.live.Pending
	if len(b.live.Places) > 0 || b.live.Carried() || b.Pending {
		b.Places = b.live.Places
	}
}

// plantAll sets every breakpoint in a new process. One that cannot be set is disabled
// and named, and the launch continues.
func (s *Session) plantAll() {
	for _, b := range s.breakpoints {
		b.Hits, b.live = 0, nil
		was := b.Pending
		if !b.Watch() && !b.Catches() && !b.Address {
			b.Pending = true // its library may not be loaded yet
		}
		s.evaluateAgain(b)
		if b.Watch() && b.Location != "" {
			if _, _, err := s.Values().Watchable(b.Location); err != nil {
				fmt.Fprintf(s.Err, "Watchpoint %d is disabled: %v\n", b.Number, err)
				b.Enabled = false
				continue
			}
		}
		if err := s.plant(b); err != nil {
			b.Pending = was
			b.Enabled = false
			fmt.Fprintf(s.Err, "%s %d is disabled: %v\n", b.Noun(), b.Number, err)
		}
	}
}

// evaluateAgain updates the address of *EXPR: a symbol's address changes when the
// program is loaded, and gdb evaluates it again too. An expression with a register or a
// variable meant its value when it was set, and keeps its address.
func (s *Session) evaluateAgain(b *Breakpoint) {
	if !b.Address || strings.Contains(b.Location, "$") {
		return
	}
	if addr, err := s.addressAt(b.Location); err == nil {
		b.addrs = []table.Addr{addr}
	}
}

// addressAt is the address of the location "*EXPR", without a tag.
func (s *Session) addressAt(location string) (table.Addr, error) {
	addr, err := s.Values().Address(strings.TrimPrefix(location, "*"))
	if a := s.Arch(); a != nil {
		addr = a.Untagged(addr)
	}
	return addr, err
}

// user returns the breakpoint for an engine's breakpoint number.
func (s *Session) user(engineNumber int) *Breakpoint {
	for _, b := range s.breakpoints {
		if b.live != nil && b.live.Number == engineNumber {
			return b
		}
	}
	return nil
}
