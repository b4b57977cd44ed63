package stepper

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// insertTrap plants a software breakpoint for an owner, where one may stand.
func (e *Engine) insertTrap(a table.Addr, o ledger.Owner) error {
	if !e.book.OwnedFor(a) {
		guard := e.sections.GuardOwn
		if o.Why == ledger.Asked {
			guard = e.sections.Guard
		}
		if err := guard(a); err != nil {
			return err
		}
	}
	return e.book.Plant(a, o)
}

// awaited reports whether the command under way, or a called function, waits for a
// thread at pc.
func (e *Engine) awaited(pc table.Addr) bool {
	return e.book.OwnedFor(pc, ledger.Way, ledger.Returned)
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
				e.report.notify("%s: %v", e.nameOf(b), err)
			}
			break
		}
	}
	for _, a := range e.book.Traps() {
		if err := e.sections.Guard(a); err != nil {
			if e.book.Withdraw(a) == nil {
				e.report.notify("a breakpoint was taken away: %v", err)
			}
		}
	}
}
