package stepper

import (
	"io"

	"rseqstep/table"
)

// disarmStale clears rseq_cs of a thread that stands at an arming store inside the
// section p which it arms. Programs leave the field set after a commit and the kernel
// clears it when it next looks (rseq(2)), so that the section may still be armed from
// the pass before; having been stopped here, the thread would then be sent to the abort
// handler before it has begun. The store is about to set the field again.
func (e *Engine) disarmStale(th *thread, p *table.Placed) error {
	if !p.Contains(th.regs.PC()) {
		return nil
	}
	var none [8]byte
	if n, err := e.target.WriteMemory(th.rseq.CSField(), none[:]); n < len(none) {
		if err == nil {
			err = io.ErrShortWrite
		}
		return err
	}
	return nil
}
