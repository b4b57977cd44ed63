package stepper

import (
	"errors"
	"fmt"

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
	guard := e.sections.Guard
	if owner == trapOurs {
		guard = e.sections.GuardOwn
	}
	if err := guard(a); err != nil {
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

// withdraw removes planted breakpoints that a section learnt just now covers;
// the user's are moved to its arming store.
func (e *Engine) withdraw() {
	for _, b := range e.breakpoints {
		for _, a := range b.planted {
			if b.Kind > BreakHardware || e.sections.Covering(a) == nil {
				continue
			}
			if err := errors.Join(e.uproot(b), e.plant(b)); err != nil {
				e.notify("%s: %v", e.nameOf(b), err)
			}
			break
		}
	}
	for a := range e.sites {
		if err := e.sections.Guard(a); err != nil {
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
