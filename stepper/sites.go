package stepper

import (
	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// awaited reports whether the command under way, or a called function, waits for a
// thread at pc.
func (e *Engine) awaited(pc table.Addr) bool {
	return e.book.OwnedFor(pc, ledger.Way, ledger.Returned)
}
