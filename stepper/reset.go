package stepper

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// Located is where the expression of a breakpoint leads in the program that the
// process executes now.
type Located struct {
	Addrs       []table.Addr // of a breakpoint
	Watch       table.Addr   // of a watchpoint
	WatchLength int          // bytes
}

// fixed is an address that was given as a number: it means one place in one
// file, and nothing in any other.
type fixed struct {
	addr table.Addr
	home *table.Module // nil: it was in no file
}

// leaveProgram takes the user's breakpoints out of the program that another one
// has replaced. As in gdb ("update_breakpoints_after_exec", gdb/breakpoint.c)
// they are kept, with their counts and conditions, and re-set in the new program
// by what the user wrote; until that names something there they are pending.
// Those that were for this program alone are deleted.
// Precondition: e.sections are still the old program's.
func (e *Engine) leaveProgram() {
	kept := e.breakpoints[:0:0]
	for _, b := range e.breakpoints {
		b.planted, b.traps, b.inside, b.old = nil, nil, nil, nil
		if b.thisProgram {
			b.Gone = true
			if b.name != nil {
				e.drive.Notify("%s is deleted: the program has left the block in which its expression is valid", e.nameOf(b))
			}
			continue
		}
		kept = append(kept, b)
		if b.Kind.Catches() {
			continue
		}
		if !b.carried && b.relocate == nil {
			b.fixed = e.fixed(b)
		}
		b.carried, b.complained = true, false
		b.Places, b.Pending, b.near = nil, true, 0
	}
	e.breakpoints = kept
}

// fixed are the addresses of a breakpoint that was given as a number.
func (e *Engine) fixed(b *Breakpoint) (list []fixed) {
	switch {
	case b.Kind.Watches():
		list = append(list, fixed{b.Watch, e.sections.Image().ModuleAt(b.Watch)})
	case b.isAddress():
		for _, p := range b.Places {
			list = append(list, fixed{p.Addr, e.sections.Image().ModuleAt(p.Addr)})
		}
	}
	return list
}

// Carried reports whether it was set in a program that the process has left by
// executing another one: its Places are then those of the new program.
func (b *Breakpoint) Carried() bool { return b.carried }

// isAddress reports whether Location is an address rather than a place in the source.
func (b *Breakpoint) isAddress() bool { return b.Location != "" && b.Location[0] == '*' }

// resolve finds the places of a breakpoint anew, after the modules changed. One
// that names nothing now keeps the places it had.
func (e *Engine) resolve(b *Breakpoint) {
	if b.Kind.Catches() || !b.carried && (b.Kind.Watches() || b.Location == "" || b.isAddress()) {
		return
	}
	if !b.carried {
		if places, err := e.symbols.Lookup(b.Location, b.near); err == nil {
			b.Places, b.Pending = places, false
			e.dropStale(b)
		}
		return
	}
	if b.Pending || b.Kind <= BreakHardware && !b.isAddress() {
		if err := e.relocate(b); err != nil && !b.complained {
			b.complained = true
			e.drive.Notify("error in re-setting %s: %v", e.nameOf(b), err)
		}
	}
}

// relocate finds the places of a breakpoint that was set in another program. No
// error for a place in the source that this one does not have: it may come with a
// library, as one of gdb's pending breakpoints.
func (e *Engine) relocate(b *Breakpoint) error {
	var places []Place
	switch {
	case b.relocate != nil:
		at, err := b.relocate()
		if err != nil {
			return err
		}
		if b.Kind.Watches() {
			b.Watch, b.WatchLength, b.Pending = at.Watch, at.WatchLength, false
			return nil // its condition is evaluated where it is met
		}
		for _, a := range at.Addrs {
			places = append(places, e.placeAt(a))
		}
	case b.fixed != nil:
		for _, f := range b.fixed {
			if !sameFile(f.home, e.sections.Image().ModuleAt(f.addr)) {
				return fmt.Errorf("%v was an address in %s, which is not there now", f.addr, f.from())
			}
			places = append(places, e.placeAt(f.addr))
		}
		if b.Kind.Watches() {
			b.Pending = false
			return nil
		}
	default:
		var err error
		if places, err = e.symbols.Lookup(b.Location, b.near); err != nil {
			return nil
		}
	}
	places, err := b.where(places)
	if len(places) > 0 {
		b.Places, b.Pending = places, false
		e.dropStale(b)
		return nil
	}
	return err
}

// where is those of the places at which the breakpoint's condition means
// something; gdb disables the others.
func (b *Breakpoint) where(places []Place) (kept []Place, err error) {
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

// sameFile reports whether a module is the very file that was in the same place
// in another program.
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

// placeAt describes an address.
func (e *Engine) placeAt(a table.Addr) Place {
	p := Place{Addr: a}
	if f, ok := e.symbols.Function(a); ok {
		p.Function, p.Module = f.Name, f.Module
		total, _ := e.symbols.Inlines(a)
		p.Line, _ = e.symbols.Line(a, total)
	}
	return p
}

// nameOf is a breakpoint as messages name it.
func (e *Engine) nameOf(b *Breakpoint) string {
	if b.name != nil {
		return b.name()
	}
	return fmt.Sprintf("breakpoint %d", b.Number)
}
