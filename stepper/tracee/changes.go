package tracee

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Changes are done to a program. Those that serve the debugger alone are made by
// package ledger, which undoes them; the others are the user's own.
//
// A thread is held when it is changed. Errors are those of Target.
type Changes interface {
	// WriteMemory writes the process's memory, read-only text included. What
	// lies under a planted breakpoint is changed there and shown at once.
	WriteMemory(addr table.Addr, p []byte) (n int, err error)

	SetRegs(tid int, r *machine.Regs) error
	SetXState(tid int, area []byte) error

	// Insert plants a software breakpoint, Remove takes it away. Inserting
	// twice or removing an absent one is not an error.
	Insert(addr table.Addr) error
	Remove(addr table.Addr) error
	Inserted(addr table.Addr) bool

	// SetDebug fills debug register slot 0 to 3 of one thread; tid 0 means
	// every thread, those to come included. Kind DebugOff frees it.
	SetDebug(tid, slot int, kind DebugKind, addr table.Addr, length int) error

	// Syscall makes a held thread execute one system call and puts its
	// registers back. Precondition: every other thread is held, and the
	// thread stands in no live section. Returns what the kernel returned
	// (a negative errno for failure).
	Syscall(tid int, nr uint64, args ...uint64) (int64, error)

	// StepAside makes a held thread execute one instruction that does nothing,
	// away from its own code, and puts its registers back. Its last entry into
	// the kernel is then an exception, as it is for a thread that was
	// interrupted, and the kernel has brought the thread's rseq area up to date.
	// Preconditions are those of Syscall.
	StepAside(tid int) error

	// SetSignalMask changes what SignalMask says.
	SetSignalMask(tid int, blocked uint64) error

	// Pin puts the thread and the calling OS thread on one CPU (the thread's
	// own, as long as both may run there) and Unpin restores both affinities.
	// Unpin without Pin does nothing. One thread is pinned at a time.
	Pin(tid int) error
	Unpin() error

	// ExitKill says whether the program must die with the debugger: from before the
	// first change that would harm it when it went on without the debugger (a
	// breakpoint, a lifted rseq registration) until the last one is undone. What the
	// Target itself leaves in a thread, such as the trap flag of a single step, is
	// its own affair. See PTRACE_O_EXITKILL in ptrace(2).
	ExitKill(on bool)
}

// DebugKind is what a debug register watches for.
type DebugKind int

const (
	DebugOff       DebugKind = iota
	DebugExecute             // before the instruction at the address
	DebugWrite               // after a store
	DebugReadWrite           // after a load or a store
)
