package stepper

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// guard says why an owner's breakpoint may not stand at a place.
func (e *Engine) guard(a table.Addr, o ledger.Owner) error {
	if o.Why == ledger.Asked {
		return e.sections.Guard(a)
	}
	return e.sections.GuardOwn(a)
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
				e.drive.Notify("%s: %v", e.nameOf(b), err)
			}
			break
		}
	}
	for _, a := range e.book.Traps() {
		if err := e.sections.Guard(a); err != nil {
			if e.book.Withdraw(a) == nil {
				e.drive.Notify("a breakpoint was taken away: %v", err)
			}
		}
	}
}
