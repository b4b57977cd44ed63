package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// insertTrap plants a software breakpoint of ours, or counts one more user of it.
func (e *Engine) insertTrap(a table.Addr) error { return e.insertTrapFor(a, trapOurs) }

// trapOwner is who wants a software breakpoint.
type trapOwner int

const (
	trapOurs trapOwner = iota
	trapAsked
)

// insertTrapFor is insertTrap for a breakpoint of ours or one that the user asked for.
func (e *Engine) insertTrapFor(a table.Addr, owner trapOwner) error {
	if e.sites[a] > 0 {
		e.sites[a]++
		return nil
	}
	if err := e.guard(a, owner); err != nil {
		return err
	}
	if err := e.target.Insert(a); err != nil {
		return fmt.Errorf("cannot insert a breakpoint at %v: %w", a, err)
	}
	e.sites[a] = 1
	return nil
}

// removeTrap gives one use back and removes the breakpoint with the last.
func (e *Engine) removeTrap(a table.Addr) error {
	switch e.sites[a] {
	case 0:
		return nil
	case 1:
		if e.target.Alive() {
			if err := e.target.Remove(a); err != nil {
				e.owed.removal(a)
				return err
			}
		}
		delete(e.sites, a)
		return nil
	}
	e.sites[a]--
	return nil
}

// guard is the first invariant: no breakpoint inside a section nor on a signature,
// and none of ours in the middle of an instruction. (Where the user wants one, it
// is planted: the user may know more of the code than its control flow shows.)
func (e *Engine) guard(a table.Addr, owner trapOwner) error {
	if p := e.covering(a); p != nil {
		return &InsideError{Addr: a, Section: e.SectionName(p), Start: p.Start, End: p.End}
	}
	for _, p := range e.image.Sections() {
		if d := p.Abort - a; d >= 1 && d <= machine.SignatureSize {
			return fmt.Errorf("%v lies on the signature before the abort handler %v of the section %s: a breakpoint there would make the kernel kill the program; break at %v",
				a, p.Abort, e.SectionName(p), p.Abort)
		}
	}
	if owner == trapOurs {
		return e.middle(a)
	}
	return nil
}

// covering is the section inside which nothing may be planted at a, nil for none.
// The arming store of a section that begins with it is no such place: the section
// is not armed there, or not yet again (see disarmStale).
func (e *Engine) covering(a table.Addr) *table.Placed {
	if e.image.At(a) == nil {
		return nil
	}
	for _, p := range e.image.AllAt(a) {
		if trap, ok, err := e.arming(p); err != nil || !ok || trap != a {
			return p
		}
	}
	return nil
}

// withdraw removes planted breakpoints that a section learnt just now covers;
// the user's are moved to its arming store.
func (e *Engine) withdraw() {
	for _, b := range e.breakpoints {
		for _, a := range b.planted {
			if b.Kind > BreakHardware || e.covering(a) == nil {
				continue
			}
			if err := errors.Join(e.uproot(b), e.plant(b)); err != nil {
				e.notify("%s: %v", e.nameOf(b), err)
			}
			break
		}
	}
	for a := range e.sites {
		if err := e.guard(a, trapAsked); err != nil {
			if e.target.Remove(a) == nil {
				delete(e.sites, a)
				e.notify("a breakpoint was taken away: %v", err)
			}
		}
	}
}

// putBack plants a breakpoint again that was taken out for a thread to pass.
func (e *Engine) putBack(a table.Addr) error {
	if e.sites[a] == 0 || !e.target.Alive() {
		return nil
	}
	return e.target.Insert(a)
}
