package tracee

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Changes modify a program. Package ledger makes, and undoes, those that only the debugger needs;
// the others are the user's own.
//
// A thread must be held when it is changed. Errors are those of Target.
type Changes interface {
	// WriteMemory writes n bytes of p to the process's memory at a process address, including
	// read-only text. A breakpoint in that range stays inserted; reads show the new bytes.
	WriteMemory(addr table.Addr, p []byte) (n int, err error)

	SetRegs(tid int, r *machine.Regs) error
	SetXState(tid int, area []byte) error

	// Insert inserts a software breakpoint at a process address; Remove removes it. Neither
	// returns an error if there is nothing to do.
	Insert(addr table.Addr) error
	Remove(addr table.Addr) error
	Inserted(addr table.Addr) bool

	// SetDebug sets debug register 0 to 3 of one thread; tid 0 means every thread, including
	// future ones. Kind DebugOff clears it. length is in bytes.
	SetDebug(tid, slot int, kind DebugKind, addr table.Addr, length int) error

	// Syscall makes a held thread execute one system call and restores its registers. It returns
	// the kernel's result (a negative errno for failure). Precondition: every other thread is
	// held, and the thread is not in a live section.
	Syscall(tid int, nr uint64, args ...uint64) (int64, error)

	// StepAside makes a held thread execute one instruction without effect, outside its own code,
	// and restores its registers. The thread's last entry into the kernel is then an exception,
	// as for an interrupted thread, and the kernel has updated the thread's rseq area. The
	// preconditions are those of Syscall.
	StepAside(tid int) error

	// SetSignalMask sets the mask that SignalMask returns.
	SetSignalMask(tid int, blocked uint64) error

	// Pin restricts the thread and the calling OS thread to one CPU (the thread's own, if both
	// may run there); Unpin restores both affinities. Unpin without Pin does nothing. Only one
	// thread is pinned at a time.
	Pin(tid int) error
	Unpin() error

	// ExitKill sets whether the kernel kills the program when the debugger exits: on before the
	// first change that would harm a program without its debugger (a breakpoint, a lifted rseq
	// registration), off after the last one is undone. The Target itself handles its own changes
	// to a thread, such as the trap flag of a single step. See PTRACE_O_EXITKILL in ptrace(2).
	ExitKill(on bool)
}

// DebugKind is what a debug register waits for.
type DebugKind int

const (
	DebugOff       DebugKind = iota
	DebugExecute             // before the instruction at the address
	DebugWrite               // after a store (Event.Addr: some processors stop before it, and the Target steps over it)
	DebugReadWrite           // after a load or a store
)
