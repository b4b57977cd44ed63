package tracee

import (
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Target is one traced process and its threads, as the Engine needs it.
// stepper/ptrace implements it on Linux; steptest scripts it.
//
// Every method but Interrupt belongs to the OS thread that made the Target.
// A thread is held (in a ptrace-stop) or running; methods that touch a thread
// need it held. Errors are *ptrace.Error and unwrap to the errno; ESRCH means
// the thread is gone, and its exit is the next Event.
type Target interface {
	State

	Alive() bool // false once the process is gone or detached

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

	// Step runs one instruction of one held thread (PTRACE_SINGLESTEP),
	// delivering sig first if it is not 0, and waits for that thread alone;
	// no other thread is resumed. When the thread has not come back after
	// patience (a system call that blocks) the Event is EventBlocked and the
	// thread is running; patience 0 waits without end.
	Step(tid, sig int, patience time.Duration) (Event, error)
	// Run resumes one held thread (PTRACE_CONT) and waits as Step does.
	Run(tid, sig int, patience time.Duration) (Event, error)
	// Resume lets a held thread go (PTRACE_CONT) and does not wait.
	Resume(tid, sig int) error
	// ResumeInPlace is Resume for the thread that is stepped: it goes on on
	// the CPU it stopped on, so that a CPU number it has read stays true. It
	// has begun when this returns, unless that CPU has other work.
	ResumeInPlace(tid, sig int) error
	// Wait returns the next event of any thread. New threads are announced
	// by EventClone and are held at their first instruction.
	Wait() (Event, error)
	// WaitFor is Wait for the events that wanted takes. The others stay queued, in
	// their order, and their threads with them (Queued). EventInterrupt, which is
	// of no thread, is returned whatever wanted says. wanted is asked again at each
	// call, and must not depend on what the Target does meanwhile.
	WaitFor(wanted func(*Event) bool) (Event, error)
	// Hold stops every running thread and returns when all are held. What
	// they report on the way is queued for Wait. A software breakpoint that a
	// queued thread ran into and that is still unreported is taken back (its
	// PC rewound), so that it is met again.
	Hold() error
	// Queued reports whether an event of the thread waits in Wait's queue. Such
	// a thread is not resumed before its event was taken.
	Queued(tid int) bool
	// Held reports whether the thread is in a ptrace-stop.
	Held(tid int) bool
	// Interrupt makes a waiting Wait, Step or Run return an EventInterrupt
	// soon. It may be called from any goroutine.
	Interrupt()

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

	// DetachChild lets a child of EventFork or EventVfork go, free of planted
	// breakpoints; Follow keeps it and lets the parent go instead.
	DetachChild(child int) error
	Follow(child int) error

	// DropSignal drops the signal that a held thread is stopped for: Detach
	// would deliver it. (Step, Run and Resume deliver what they are given.)
	DropSignal(tid int) error

	// Detach removes every breakpoint, clears debug registers, restores
	// affinities and lets the process go. Kill ends it and reaps it.
	Detach() error
	Kill() error
}

// DebugKind is what a debug register watches for.
type DebugKind int

const (
	DebugOff       DebugKind = iota
	DebugExecute             // before the instruction at the address
	DebugWrite               // after a store
	DebugReadWrite           // after a load or a store
)

// FaultPatience is how long any other instruction may take before the other
// threads are let go: it may touch a page that one of them has to provide
// (userfaultfd(2), or a file system that the program serves itself).
const FaultPatience = 200 * time.Millisecond
