package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Quiet is the state of a thread in a quiet phase: the debugger single-steps the thread with its
// registration lifted, so the kernel neither aborts its section nor clears rseq_cs, and the
// executed instructions show how a pass ends.
type Quiet struct {
	Placed  *table.Placed // the section armed last
	Body    *machine.Body // its instructions
	Entered bool          // the thread has armed it and not left it since
	Final   bool          // the section's last store has executed in this pass
	CFA     table.Addr    // of the frame in which the phase began; 0 if unknown
	Back    table.Addr    // its return address
}

// QuietEnd says how one step of a quiet phase left the section, or that it did not.
type QuietEnd int

const (
	QuietGoing  QuietEnd = iota // it did not
	QuietCommit                 // at post-commit, after the final store
	QuietSide                   // at another exit
	QuietAbort                  // at the abort handler, by the section's own comparison
	QuietKernel                 // the thread is about to enter the kernel, and the phase is over
	QuietReturn                 // the function in which the phase began has returned
)

// Result returns the result of the pass that ended this way, 0 if the pass has not ended.
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

// Enter records that the thread is about to arm a section.
func (q *Quiet) Enter(p *table.Placed, body *machine.Body) {
	q.Placed, q.Body, q.Entered, q.Final = p, body, true, false
}

// Inside reports whether pc is inside the section that the thread has armed.
func (q *Quiet) Inside(pc table.Addr) bool { return q.Entered && q.Placed.Contains(pc) }

// Step evaluates the step of one instruction, which has led to r.
func (q *Quiet) Step(insn *machine.Insn, r *machine.Regs) QuietEnd {
	pc := r.PC()
	if q.CFA != 0 && r.Left(q.CFA, q.Back) {
		q.Entered = false
		return QuietReturn
	}
	if !q.Inside(insn.Addr) {
		return QuietGoing
	}
	if insn.Addr == q.Body.Final || !q.Body.Known() && insn.Kind == machine.Plain && insn.Store.Size > 0 {
		q.Final = true // if the code does not show which store is the last, any executed store counts
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

// Run evaluates a native run from inside the section, as Ended does.
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
