package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Quiet is how far a thread has come that is stepped with its registration lifted (a
// quiet phase): the kernel neither aborts its section nor clears rseq_cs, so what a pass
// came to is known from the instructions.
type Quiet struct {
	Placed  *table.Placed // the section armed last
	Body    *machine.Body // its instructions
	Entered bool          // the thread has armed it and not left it since
	Final   bool          // its last store has run in this pass
	CFA     table.Addr    // of the frame the phase began in; 0 unknown
}

// QuietEnd is how one step of a quiet phase left the section, if it did.
type QuietEnd int

const (
	QuietGoing  QuietEnd = iota // somewhere on the way
	QuietCommit                 // at post-commit with the final store done
	QuietSide                   // at another exit
	QuietAbort                  // at the abort handler, by the section's own compare
	QuietKernel                 // about to enter the kernel: the phase is over
	QuietReturn                 // the function the phase began in has returned
)

// Result is what the pass came to that has ended so, 0 when none has.
func (end QuietEnd) Result() Result {
	switch end {
	case QuietCommit:
		return Committed
	case QuietSide:
		return SideExit
	case QuietAbort:
		return Aborted
	}
	return 0
}

// Enter says that the thread is about to arm a section.
func (q *Quiet) Enter(p *table.Placed, body *machine.Body) {
	q.Placed, q.Body, q.Entered, q.Final = p, body, true, false
}

// Inside reports whether a thread at pc is in the middle of its section.
func (q *Quiet) Inside(pc table.Addr) bool { return q.Entered && q.Placed.Contains(pc) }

// Step judges where the step of one instruction has led, to pc with the stack pointer sp.
func (q *Quiet) Step(insn *machine.Insn, pc, sp table.Addr) QuietEnd {
	if q.CFA != 0 && sp >= q.CFA {
		q.Entered = false
		return QuietReturn
	}
	if !q.Inside(insn.Addr) {
		return QuietGoing
	}
	if insn.Addr == q.Body.Final || !q.Body.Known() && insn.Kind == machine.Plain && insn.Store.Size > 0 {
		q.Final = true // where the code does not show which store is the last, it is one of those made
	}
	if q.Placed.Contains(pc) {
		return QuietGoing
	}
	q.Entered = false
	switch {
	case pc == q.Placed.Abort:
		return QuietAbort
	case pc == q.Placed.End && (q.Final || q.Body.Final == 0 && insn.Next() == pc):
		return QuietCommit
	}
	return QuietSide
}

// Run judges where a native run from inside the section has led, as Ended does.
func (q *Quiet) Run(before, after *machine.Regs) QuietEnd {
	if q.Body.Contains(after.PC()) {
		return QuietGoing
	}
	q.Entered = false
	switch Ended(q.Body, before, after) {
	case Aborted:
		return QuietAbort
	case Committed:
		return QuietCommit
	}
	return QuietSide
}
