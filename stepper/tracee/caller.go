package tracee

import "rseqstep/stepper/opv"

// Caller is a thread that stands at a trapped system call while every thread of its process is
// held. Its Memory methods access the process's memory with the program's own rights: they honour
// protections and hide breakpoints.
type Caller interface {
	opv.Memory
	opv.Checker

	// Arguments returns the call's arguments, in the order of syscall(2).
	Arguments() ([6]uint64, error)
	// Allowed reports whether a CPU is possible and in the thread's affinity mask.
	Allowed(cpu int) bool
	// MoveTo makes the thread resume on a CPU that it may run on. If the CPU is offline, the
	// thread stays where it is. MoveTo does not change the affinity mask.
	MoveTo(cpu int) error
	// Answer makes the kernel skip the call and return result to the program (in RAX on amd64).
	Answer(result int64) error
}

// CallTarget is a Target that traps one system call number. If nothing answers a call, the thread
// reports it again when it resumes.
type CallTarget interface {
	Target

	// Trapped returns the call's number, 0 if none is trapped.
	Trapped() uint64
	// Calls lists the TIDs of the held threads that stand at a trapped call.
	Calls() []int
	// Caller returns one of them. Precondition: every thread stays held until the call is
	// answered.
	Caller(tid int) (Caller, error)
	// Serve sets the function that answers the calls of processes that the program creates and
	// that the debugger does not debug.
	Serve(answer func(Caller) error)
}
