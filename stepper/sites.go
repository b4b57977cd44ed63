package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// insertTrap plants a software breakpoint for an owner, where one may stand.
func (e *Engine) insertTrap(a table.Addr, o ledger.Owner) error {
	if !e.book.OwnedFor(a) {
		owner := trapOurs
		if o.Why == ledger.Asked {
			owner = trapAsked
		}
		if err := e.guard(a, owner); err != nil {
			return err
		}
	}
	return e.book.Plant(a, o)
}

// trapOwner is who wants a software breakpoint.
type trapOwner int

const (
	trapOurs trapOwner = iota
	trapAsked
)

// awaited reports whether the command under way, or a called function, waits for a
// thread at pc.
func (e *Engine) awaited(pc table.Addr) bool {
	return e.book.OwnedFor(pc, ledger.Way, ledger.Returned)
}

// guard is the first invariant: no breakpoint inside a section nor on a signature,
// and none of ours in the middle of an instruction. (Where the user wants one, it
// is planted: the user may know more of the code than its control flow shows.)
func (e *Engine) guard(a table.Addr, owner trapOwner) error {
	if p := e.covering(a); p != nil {
		return &InsideError{Addr: a, Section: e.SectionName(p), Start: p.Start, End: p.End}
	}
	for _, p := range e.image.Sections() {
		if d := p.Abort - a; d >= 1 && d <= unit.SignatureSize {
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
	for _, a := range e.book.Traps() {
		if err := e.guard(a, trapAsked); err != nil {
			if e.book.Withdraw(a) == nil {
				e.notify("a breakpoint was taken away: %v", err)
			}
		}
	}
}
