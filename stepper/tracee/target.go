package tracee

import "time"

// Target is one traced process and its threads, as the Engine needs it.
// stepper/ptrace implements it on Linux; steptest scripts it.
//
// Every method but Interrupt belongs to the OS thread that made the Target.
// A thread is held (in a ptrace-stop) or running; methods that touch a thread
// need it held. Errors are *ptrace.Error and unwrap to the errno; ESRCH means
// the thread is gone, and its exit is the next Event.
type Target interface {
	State
	Changes
	Motion

	Alive() bool // false once the process is gone or detached

	// DetachChild lets a child of EventFork or EventVfork go, free of planted
	// breakpoints; Follow keeps it and lets the parent go instead.
	DetachChild(child int) error
	Follow(child int) error

	// DropSignal drops the signal that a held thread is stopped for: Detach
	// would deliver it. (Go and Release deliver what they are given.)
	DropSignal(tid int) error

	// Detach removes every breakpoint, clears debug registers, restores
	// affinities and lets the process go. Kill ends it and reaps it.
	Detach() error
	Kill() error
}

// FaultPatience is how long any other instruction may take before the other
// threads are let go: it may touch a page that one of them has to provide
// (userfaultfd(2), or a file system that the program serves itself).
const FaultPatience = 200 * time.Millisecond
