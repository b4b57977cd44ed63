package tracee

import (
	"math/bits"
	"rseqstep/table"
)

// EventKind says which fields of an Event are valid.
type EventKind int

const (
	EventStep          EventKind = iota + 1 // a single step has ended
	EventBreakpoint                         // at a software breakpoint that the debugger inserted; PC is already moved back to it
	EventDebug                              // debug register Slot matched
	EventSignal                             // a signal-delivery-stop; the debugger must deliver or drop Signal
	EventClone                              // TID created thread or process Child; both are held
	EventFork                               // TID forked Child (held, traced)
	EventVfork                              // TID vforked Child (held, traced)
	EventVforkDone                          // the child of TID's vfork has released the memory
	EventExec                               // the process runs a new program; its only thread is TID
	EventExit                               // thread TID is gone
	EventProcessExit                        // the whole process is gone; Status says how
	EventGroupStop                          // a group-stop: job control stopped the process with Signal
	EventGroupEnd                           // SIGCONT ended TID's part in the group-stop; it is held
	EventInterrupt                          // Interrupt was called; TID is held and has no other event
	EventBlocked                            // patience of Go has expired; TID still runs
	EventSyscall                            // a seccomp RET_TRACE stop (PTRACE_EVENT_SECCOMP)
	EventSyscallEntry                       // before system call Number; also instead of EventStep, with the PC behind the instruction (SyscallTarget)
	EventSyscallReturn                      // after it; also instead of EventStep
)

// Event is what a wait returns. A thread that vanished is an Event, not an error.
type Event struct {
	Kind   EventKind
	TID    int
	Signal int
	Slot   int        // EventDebug: the lowest slot that matched
	Slots  int        // EventDebug: every slot that matched, slot n as bit n
	Addr   table.Addr // EventBreakpoint: its process address; EventDebug: the instruction that made the access, if the processor stops before it
	Child  int        // EventClone, EventFork, EventVfork; EventExit: the process that the thread became by execve(2), which was detached
	Former int        // EventExec: the former TID of the thread that called execve(2)
	Shared bool       // EventFork: Child runs in the same memory (CLONE_VM)
	Number uint64     // EventSyscallEntry, EventSyscallReturn
	Status ExitStatus // EventProcessExit
	Still  bool       // of Go: the thread has not moved, and the signal was not delivered
}

// ExitStatus is how a process ended.
type ExitStatus struct {
	Signaled bool
	Code     int // exit status if not Signaled
	Signal   int // the fatal signal if Signaled
	Core     bool
}

// Ends reports whether the event is the end of a thread or of the process.
func (ev *Event) Ends() bool { return ev.Kind == EventExit || ev.Kind == EventProcessExit }

// EndsProcess reports whether the event is the end of the whole process.
func (ev *Event) EndsProcess() bool { return ev.Kind == EventProcessExit }

// EndsThreads reports whether threads may be gone after the event: one that ended, or all but one
// at an execve(2).
func (ev *Event) EndsThreads() bool { return ev.Ends() || ev.Kind == EventExec }

// Forks reports whether the event is the creation of another process.
func (ev *Event) Forks() bool { return ev.Kind == EventFork || ev.Kind == EventVfork }

// Breaks reports whether the thread has met a software breakpoint.
func (ev *Event) Breaks() bool { return ev.Kind == EventBreakpoint }

// Vforks reports whether the new process uses the memory until it ends or executes another
// program.
func (ev *Event) Vforks() bool { return ev.Kind == EventVfork }

// EntersCall reports whether the thread stopped before its system call, not after it.
func (ev *Event) EntersCall() bool { return ev.Kind == EventSyscallEntry }

// DebugSlots are the debug registers that the thread has triggered: register n is bit n.
func (ev *Event) DebugSlots() int {
	if ev.Slots == 0 {
		return 1 << ev.Slot
	}
	return ev.Slots
}

// DropSlots removes debug registers from an event of others, too.
func (ev *Event) DropSlots(slots int) {
	ev.Slots = ev.DebugSlots() &^ slots
	ev.Slot = bits.TrailingZeros(uint(ev.Slots))
}
