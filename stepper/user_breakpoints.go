package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Breakpoints lists the user's breakpoints by number.
func (e *Engine) Breakpoints() []*Breakpoint { return e.breakpoints }

func (e *Engine) breakpoint(number int) *Breakpoint {
	for _, b := range e.breakpoints {
		if b.Number == number {
			return b
		}
	}
	return nil
}

// AddBreakpoint makes a breakpoint or watchpoint. Errors: ErrInsideSection,
// ErrNoSlot, and those of Symbols.Lookup.
func (e *Engine) AddBreakpoint(s BreakpointSpec) (*Breakpoint, error) {
	b := &Breakpoint{
		Kind: s.Kind, Location: s.Location, Enabled: !s.Disabled, Temporary: s.Temporary, Thread: s.Thread, Ignore: s.Ignore,
		When: s.When, Watch: s.Watch, WatchLength: s.WatchLength, Numbers: s.Numbers, near: s.Near, thisProgram: s.ThisProgram, nameless: s.Nameless,
		eachWrite: s.EachWrite,
		relocate:  s.Relocate, applies: s.Applies, name: s.Name,
	}
	switch {
	case s.Kind.Watches() || s.Kind.Catches():
	case len(s.Addrs) > 0:
		for _, a := range s.Addrs {
			if s.Nameless {
				b.Places = append(b.Places, Place{Addr: a})
				continue
			}
			b.Places = append(b.Places, e.placeAt(a))
		}
	default:
		places, err := e.symbols.Lookup(s.Location, s.Near)
		if err != nil && !s.Pending {
			return nil, err
		}
		b.Places, b.Pending = places, err != nil
	}
	b.Number = e.nextNumber + 1
	if err := e.plant(b); err != nil {
		return nil, errors.Join(err, e.uproot(b))
	}
	e.nextNumber++
	e.breakpoints = append(e.breakpoints, b)
	return b, nil
}

// plant puts an enabled breakpoint's traps in.
func (e *Engine) plant(b *Breakpoint) error {
	if !e.target.Alive() || !b.Enabled {
		return nil
	}
	if b.Kind.Catches() {
		if b.Kind == CatchSyscall {
			return e.reportSyscalls(true)
		}
		return nil
	}
	if b.Kind <= BreakHardware {
		if err := e.plantInside(b); err != nil {
			return err
		}
	}
	if b.Kind == BreakSoftware {
		for _, p := range b.Places {
			if p.Trap != 0 || contains(b.planted, p.Addr) {
				continue
			}
			if err := e.book.Plant(p.Addr, b.asker()); err != nil {
				return err
			}
			b.planted = append(b.planted, p.Addr)
		}
		return nil
	}
	if b.Kind == BreakHardware {
		for _, p := range b.Places {
			if p.Trap != 0 || contains(b.planted, p.Addr) {
				continue
			}
			if err := e.book.SetDebug(b.asker(), tracee.DebugExecute, p.Addr, 1); err != nil {
				return err
			}
			b.planted = append(b.planted, p.Addr)
		}
		return nil
	}
	if len(b.planted) > 0 || b.Pending {
		return nil
	}
	b.old = e.watchedBytes(b)
	kind := tracee.DebugWrite
	if b.Kind != WatchWrite {
		kind = tracee.DebugReadWrite
	}
	if err := e.book.SetDebug(b.asker(), kind, b.Watch, b.WatchLength); err != nil {
		return err
	}
	b.planted = []table.Addr{b.Watch}
	return nil
}

// plantInside puts a trap on the arming store of every section that a place
// of b lies inside of.
func (e *Engine) plantInside(b *Breakpoint) error {
	for i := range b.Places {
		p := &b.Places[i]
		trap, err := e.sections.InsideTrap(p.Addr)
		if err != nil {
			return err
		}
		p.Trap = trap
		if trap == 0 || contains(b.traps, trap) {
			continue
		}
		if err := e.book.Plant(trap, b.insider()); err != nil {
			return err
		}
		b.traps = append(b.traps, trap)
	}
	return nil
}

// asker is the owner of b's breakpoints and debug registers where the user asked for
// them, insider of its breakpoints on arming stores.
func (b *Breakpoint) asker() ledger.Owner   { return ledger.Owner{Why: ledger.Asked, Of: b.Number} }
func (b *Breakpoint) insider() ledger.Owner { return ledger.Owner{Why: ledger.Inside, Of: b.Number} }

// uproot takes a breakpoint's traps out.
func (e *Engine) uproot(b *Breakpoint) error {
	var err error
	for _, a := range b.traps {
		err = errors.Join(err, e.book.Unplant(a, b.insider()))
	}
	for _, start := range b.inside {
		if e.watched[start]--; e.watched[start] <= 0 {
			delete(e.watched, start)
		}
	}
	b.traps, b.inside = nil, nil
	if b.Kind.Catches() {
		if b.Kind == CatchSyscall {
			err = errors.Join(err, e.reportSyscalls(false))
		}
		return err
	}
	if b.Kind == BreakSoftware {
		for _, a := range b.planted {
			err = errors.Join(err, e.book.Unplant(a, b.asker()))
		}
	} else {
		err = errors.Join(err, e.book.FreeDebug(b.asker()))
	}
	b.planted = nil
	return err
}

// replant resolves pending breakpoints again and plants what is missing, after
// the modules changed. A place that went away is planted when it comes back.
func (e *Engine) replant() {
	for _, b := range e.breakpoints {
		e.resolve(b)
		if err := e.plant(b); err != nil && !b.nameless {
			e.drive.Notify("%s: %v", e.nameOf(b), err)
		}
	}
}

// dropStale removes traps of b at addresses that are no longer its places.
func (e *Engine) dropStale(b *Breakpoint) {
	if b.Kind != BreakSoftware {
		return
	}
	kept := b.planted[:0]
	for _, a := range b.planted {
		keep := false
		for _, p := range b.Places {
			keep = keep || p.Addr == a
		}
		if keep {
			kept = append(kept, a)
		} else if err := e.book.Unplant(a, b.asker()); err != nil {
			e.drive.Notify("%s: %v", e.nameOf(b), err)
		}
	}
	b.planted = kept
}

// DeleteBreakpoint removes a breakpoint for good.
func (e *Engine) DeleteBreakpoint(number int) error {
	for i, b := range e.breakpoints {
		if b.Number == number {
			e.breakpoints = append(e.breakpoints[:i:i], e.breakpoints[i+1:]...)
			return e.uprooted(b)
		}
	}
	return fmt.Errorf("no breakpoint number %d", number)
}

// EnableBreakpoint turns a breakpoint on or off. One that cannot be planted stays off.
func (e *Engine) EnableBreakpoint(number int, on bool) error {
	b := e.breakpoint(number)
	if b == nil {
		return fmt.Errorf("no breakpoint number %d", number)
	}
	if b.Enabled == on {
		return nil
	}
	b.Enabled = on
	if !on {
		return e.uprooted(b)
	}
	err := e.plant(b)
	if err != nil {
		b.Enabled = false
		err = errors.Join(err, e.uprooted(b))
	}
	return err
}

// uprooted is uproot, tried again where it fails.
func (e *Engine) uprooted(b *Breakpoint) error {
	err := e.uproot(b)
	if err != nil && e.book.Outstanding() {
		return e.restoreRestAfter(err)
	}
	return err
}
