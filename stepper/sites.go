package stepper

import (
	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// guard returns an error if an owner's breakpoint must not be inserted at a place.
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
