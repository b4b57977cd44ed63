package rseq

import "rseqstep/stepper/machine"

// Result is what a unit came to.
type Result int

const (
	Committed Result = iota + 1 // left at post-commit, its final store done
	SideExit                    // left at another exit
	Aborted                     // the kernel moved the thread to the abort handler
	Returned                    // a vDSO function returned
	Restarts                    // the thread was found inside, live: the kernel restarts it when it goes on
	Diverted                    // a breakpoint, signal or exit came in the middle
)

// Ended is what a pass came to that ran natively and has left the section. before is the
// thread's state at the arming store, nil when it is not known or something ran between
// there and the section; after is its state now. It is SideExit where a commit is not proved.
func Ended(b *machine.Body, before, after *machine.Regs) Result {
	switch pc := after.PC(); {
	case pc == b.Abort:
		return Aborted
	case pc == b.End && b.Outcome(before, after) == machine.OutcomeCommitted:
		return Committed
	}
	return SideExit
}

// Rung is a step of the ladder that is climbed when a unit does not commit. Each is named
// in the report of what it did.
type Rung int

const (
	RungRun    Rung = iota + 1 // the unit ran natively
	RungOpv                    // a cpu_opv vector did its work, or a system call that of a vDSO function
	RungQuiet                  // stepped with the rseq registration lifted, the others held
	RungEscape                 // run to the function's return
)
