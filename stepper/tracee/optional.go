package tracee

import "rseqstep/table"

// SyscallTarget is a Target that can report a thread's entry into system calls and its return
// from them (EventSyscallEntry, EventSyscallReturn).
type SyscallTarget interface {
	Target
	ReportSyscalls(on bool)
}

// SenderTarget is a Target that can send signals to one thread.
type SenderTarget interface {
	Target
	// Send makes a signal pending for a thread (tgkill(2)). The kernel delivers it as any other
	// signal, but the Target reports no event for it.
	Send(tid, sig int) error
}

// HandlerTarget is a Target that knows which signals the program handles.
type HandlerTarget interface {
	Target
	// Handles reports whether a signal that thread tid gets now runs a handler of the program:
	// the program has one, and the thread does not block the signal.
	// Precondition: the thread is held.
	Handles(tid, sig int) bool
}

// CallingTarget is a Target that can make a thread leave any ptrace-stop and enter it again.
type CallingTarget interface {
	Target

	// Settle moves a held thread from a stop in the middle of a system call, such as that of a
	// fork, to the call's end. Precondition: every other thread is held.
	Settle(tid int) error
	// RestoreSignal makes sig, with its siginfo_t, the signal that a held thread is stopped for.
	RestoreSignal(tid, sig int, siginfo []byte) error
}

// PeekTarget is a Target that can read one word of a held thread's memory at the least cost. The word
// must not contain code.
type PeekTarget interface {
	Target
	Peek(tid int, a table.Addr) (uint64, error)
}

// MovingTarget is a Target that can move threads between CPUs.
type MovingTarget interface {
	Target
	// Elsewhere makes a held thread resume on another CPU than the one it stopped on, of those that
	// its affinity allows, and returns which: -1 if it allows no other. The thread executes nothing
	// on the old one, and its affinity is the program's again before its next instruction.
	Elsewhere(tid int) (cpu int, err error)
}
