package stepper

import (
	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// insertTrap plants a software breakpoint for an owner, where one may stand.
func (e *Engine) insertTrap(a table.Addr, o ledger.Owner) error { return e.points.Insert(a, o) }

// awaited reports whether the command under way, or a called function, waits for a
// thread at pc.
func (e *Engine) awaited(pc table.Addr) bool {
	return e.book.OwnedFor(pc, ledger.Way, ledger.Returned)
}
