package tracee

import "rseqstep/table"

// EventKind says which fields of an Event count.
type EventKind int

const (
	EventStep          EventKind = iota + 1 // a single step is done
	EventBreakpoint                         // at a software breakpoint that we planted; PC already rewound to it
	EventDebug                              // debug register Slot matched
	EventSignal                             // a signal-delivery-stop; Signal waits to be passed or dropped
	EventClone                              // TID made thread or process Child; both are held
	EventFork                               // TID forked Child (held, traced)
	EventVfork                              // TID vforked Child (held, traced)
	EventVforkDone                          // the child of TID's vfork has let the memory go
	EventExec                               // the process runs a new program; its only thread is TID
	EventExit                               // thread TID is gone
	EventProcessExit                        // the whole process is gone; Status says how
	EventGroupStop                          // job control stopped the process with Signal
	EventGroupEnd                           // TID's part in that stop is over: SIGCONT came; it is held
	EventInterrupt                          // Interrupt was called; TID is held, with nothing else to say
	EventBlocked                            // Go lost patience; TID still runs
	EventSyscall                            // a seccomp RET_TRACE stop (PTRACE_EVENT_SECCOMP)
	EventSyscallEntry                       // before system call Number; also instead of EventStep, the thread standing behind the instruction (SyscallTarget)
	EventSyscallReturn                      // after it; also instead of EventStep
)

// Event is what a wait brought. A thread that vanished is an Event, not an error.
type Event struct {
	Kind   EventKind
	TID    int
	Signal int
	Slot   int        // EventDebug: the lowest slot that matched
	Slots  int        // EventDebug: every slot that matched, slot n as bit n
	Addr   table.Addr // EventBreakpoint: where
	Child  int        // EventClone, EventFork, EventVfork; EventExit: the process the thread has become by execve(2), which was let go
	Former int        // EventExec: the id of the thread that called execve(2); it is TID now
	Shared bool       // EventFork: Child runs in the same memory (CLONE_VM)
	Number uint64     // EventSyscallEntry, EventSyscallReturn
	Status ExitStatus // EventProcessExit
	Still  bool       // of Go: the thread has not moved, and was not given the signal
}

// ExitStatus is how a process ended.
type ExitStatus struct {
	Signaled bool
	Code     int // exit status when not Signaled
	Signal   int // the killing signal when Signaled
	Core     bool
}

// Ends reports whether a thread or the process has ended with an event.
func (ev *Event) Ends() bool { return ev.Kind == EventExit || ev.Kind == EventProcessExit }

// EndsProcess reports whether the whole process has ended with an event.
func (ev *Event) EndsProcess() bool { return ev.Kind == EventProcessExit }

// EndsThreads reports whether threads may be gone with an event: those that end, and
// all but one at an execve(2).
func (ev *Event) EndsThreads() bool { return ev.Ends() || ev.Kind == EventExec }

// Forks reports whether an event is the making of another process.
func (ev *Event) Forks() bool { return ev.Kind == EventFork || ev.Kind == EventVfork }

// Vforks reports whether the other process has the memory until it ends or executes
// another program.
func (ev *Event) Vforks() bool { return ev.Kind == EventVfork }
