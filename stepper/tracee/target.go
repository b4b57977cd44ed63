package tracee

import "time"

// Target is one traced process with its threads, as the Engine needs it. stepper/ptrace
// implements it on Linux; steptest implements it with scripts.
//
// Call every method except Interrupt on the OS thread that made the Target. A thread is held (in
// a ptrace-stop) or running; methods that access a thread need it held. Errors are *ptrace.Error
// and unwrap to the errno; ESRCH means that the thread is gone, and its exit is the next Event.
type Target interface {
	State
	Changes
	Motion

	Alive() bool // false once the process has ended or is detached

	// DetachChild removes the inserted breakpoints from a child of EventFork or EventVfork and
	// detaches it; Follow keeps the child and detaches the parent instead.
	DetachChild(child int) error
	Follow(child int) error

	// DropSignal drops the signal that a held thread is stopped for: Detach would deliver it. (Go
	// and Release deliver the signal that the caller passes.)
	DropSignal(tid int) error

	// Detach removes every breakpoint, clears debug registers, restores affinities and detaches
	// from the process. Kill kills the process and reaps it.
	Detach() error
	Kill() error
}

// FaultPatience is how long an instruction other than a system call may take before the debugger
// resumes the other threads: it may touch a page that one of them must provide (userfaultfd(2),
// or a file system that the program itself serves).
const FaultPatience = 200 * time.Millisecond

// BlockPatience is how long a stepped system call, or a unit, may take before the debugger
// resumes the other threads: it may be waiting for one of them.
const BlockPatience = 20 * time.Millisecond
