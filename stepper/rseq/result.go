package rseq

import "rseqstep/stepper/machine"

// Result says how a unit ended.
type Result int

const (
	Committed Result = iota + 1 // it left at post-commit, after its final store
	SideExit                    // it left at another exit
	Aborted                     // the kernel moved the thread to the abort handler
	Returned                    // a vDSO function returned
	Restarts                    // the thread was found inside, live: the kernel restarts the section when the thread resumes
	Diverted                    // a breakpoint, signal or exit interrupted it
)

// Ended returns the result of a pass that ran natively and has left the section. before holds the
// thread's registers at the arming store, nil if they are unknown or other code ran between the
// store and the section; after holds its registers now. The result is SideExit if a commit cannot
// be proved.
func Ended(b *machine.Body, before, after *machine.Regs) Result {
	switch pc := after.PC(); {
	case pc == b.Abort:
		return Aborted
	case pc == b.End && b.Outcome(before, after) == machine.OutcomeCommitted:
		return Committed
	}
	return SideExit
}

// Rung is one step of the ladder that the debugger climbs when a unit does not commit. The report
// of a step names it.
type Rung int

const (
	RungRun    Rung = iota + 1 // the unit ran natively
	RungOpv                    // a cpu_opv vector did the unit's work, or a system call that of a vDSO function
	RungQuiet                  // the thread was stepped with its rseq registration lifted and the other threads held
	RungEscape                 // the thread ran to its function's return
)
