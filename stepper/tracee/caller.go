package tracee

import "rseqstep/stepper/opv"

// Caller is a thread that stands at a trapped system call, every thread of its
// process stopped. As a Memory it is the process's memory as the program itself
// may use it: protections are honoured, breakpoints do not show.
type Caller interface {
	opv.Memory
	opv.Checker

	// Arguments are the call's, in the order of syscall(2).
	Arguments() ([6]uint64, error)
	// Allowed reports whether a CPU is possible and in the thread's affinity mask.
	Allowed(cpu int) bool
	// MoveTo makes the thread go on on a CPU that it may run on; one that is
	// offline leaves it where it is. Its affinity mask is not changed.
	MoveTo(cpu int) error
	// Answer makes the kernel skip the call. The program finds result in RAX.
	Answer(result int64) error
}

// CallTarget is a Target that traps one system call number. A call that
// nobody answers comes again when its thread goes on.
type CallTarget interface {
	Target

	// Trapped is the call's number, 0 when none is trapped.
	Trapped() uint64
	// Calls are the held threads of the process that stand at a trapped call.
	Calls() []int
	// Caller is one of them. Precondition: every thread is held, until it is answered.
	Caller(tid int) (Caller, error)
	// Serve sets who answers for the processes that the program makes and
	// that are not debugged.
	Serve(answer func(Caller) error)
}
