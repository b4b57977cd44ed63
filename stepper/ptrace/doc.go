// Package ptrace is the Linux backend of the stepper: one traced process and
// its threads, by ptrace(2). It carries out requests on threads and reports
// what the kernel reports; package stepper decides what stepping means.
//
// On other systems and processors than Linux on amd64 and arm64 the package exports the same names
// but can trace nothing: Launch, Attach and Adopt fail with errors.ErrUnsupported.
//
// One OS thread owns a Process: Launch and Attach lock the calling goroutine to
// its thread, and the caller must call every method but Interrupt there. That
// thread must not start other child processes while it traces, because the wait
// loop reaps every child of the thread. Other threads may.
//
// # Decisions
//
// PTRACE_SEIZE, also for launched programs. PTRACE_TRACEME and PTRACE_ATTACH
// give neither PTRACE_INTERRUPT nor true group-stops, and PTRACE_ATTACH sends a
// SIGSTOP that must be swallowed. Refused: a shell that stops itself before it
// execs the program. It needs a shell, and its startup would be traced as the
// program's.
//
// Interrupt wakes the tracer, not the program. A signal ends the tracer's
// wait4, and the tracer then sends PTRACE_INTERRUPT. Sending the program a
// SIGSTOP works from any thread, but the tracer must swallow it, which fails if
// the program is killed, detached or stopped by job control at the same moment.
// The price: two flags of signal actions change in the debugger's process
// (kick_unsafe.go).
//
// Every wait is for any thread. Waiting for the stepped thread alone would
// deadlock when the process ends or execs: the kernel then requires the others
// to be reaped first. Only the fast path of Step waits for one thread among
// many, and a timer interrupts that wait.
//
// Step does not read siginfo. The registers, which the caller needs anyway,
// distinguish nearly every step from every other SIGTRAP (plainStep). What
// remains: a SIGTRAP that another process sends in the microseconds between a
// resume and the step's own trap is lost to the program.
//
// The backend remembers removed breakpoints, because a thread may have executed
// one while its stop is still uncollected. So a step need not collect the other
// threads' stops first.
//
// PTRACE_O_TRACESECCOMP is set only where LaunchOptions.Trap traps a system
// call. The backend answers the stop of a foreign filter with ENOSYS, as the
// kernel does without a tracer: resumed unanswered, the filter would permit
// what it denies. PTRACE_O_TRACEEXIT is not set: the wait status contains what
// is needed, and a thread killed by SIGKILL may not stop there.
//
// # arm64
//
// What depends on the processor is in files whose names end in _amd64 and _arm64; a function with
// the same name in both does what the common code needs. A Target on arm64 behaves as on amd64,
// as far as it can: registers for debugging, single steps over system calls, and restarted calls
// (debugreg_arm64.go, over_arm64.go, step_arm64.go, restart_arm64.go). What remains:
//
//   - A debug register for data stops the thread before the access. The backend executes the
//     instruction and then reports the event. If that is a store in a live critical section, the
//     kernel aborts the section instead, each time.
//   - The same holds for a thread that passes an execution register at an arming store: it stops
//     inside the section.
//   - In a stop at a system call's entry or return the kernel shows 0 or 1 in x7 and ignores
//     changes of it (report_syscall, arch/arm64/kernel/ptrace.c).
//   - SVE registers are read and written with the others, but only v0 to v31 have names.
//
// Refused: PTRACE_SINGLESTEP over load-exclusive and store-exclusive as one step. What a step covers
// is the stepper's decision.
//
// # Several processes
//
// Processes of one OS thread have one tracer, and wait4(2) returns statuses of all of
// them. They know each other (beside.go), so that a wait of the running one passes on the
// exit of a stopped one; stopped ones report nothing else. Refused: running several at
// once, which would need a queue each and a wait that belongs to none; and wait4 by
// process, because it cannot name a process's threads.
//
// The parent of a followed vfork stays stopped until its child no longer shares its memory
// (former.go). Refused: resuming it without breakpoints in the memory, as is done for a parent that
// runs in the shared memory (CLONE_VM and SIGCHLD, without CLONE_THREAD) and may have to wake the
// child: a step into the child would then run to its exec or end.
//
// # Trapped calls
//
// Number 335 is trapped through the SIGILL that uretprobe raises since Linux 6.11,
// because since 6.14 no seccomp filter sees that call (callfilter_amd64.go). Refused for
// it: PTRACE_SYSCALL, two stops at every system call of the program. Every other number
// is trapped by a filter that is injected before the first instruction; an injected call
// then tests it. Resuming a thread with an unanswered call puts it back before the call
// instruction, so losing the event is harmless; after a detach the call fails with
// ENOSYS.
//
// In a process that is already running only 335 can be trapped, by the signal
// (FindRunningTrap). Refused: a filter there, which would stay after the detach and would
// have to be installed in every thread in whatever state it is.
//
// A child of a program with a trapped call stays traced ("served"; served.go), and so do
// the parent of a followed child and everything they create. Served processes advance on
// their own stops inside the one wait loop, so they make progress only while the debugger
// waits for something: while a user is at the prompt, each of them blocks at its next
// signal or call. When the debugged process ends, is killed or is detached, the backend
// detaches from them too, and the kernel answers their later calls: SIGILL for 335,
// ENOSYS behind a filter. When the debugger itself dies, PTRACE_O_EXITKILL, which they
// inherit, kills them. Refused: a Process for each, because then every user of a Target
// would have to distinguish the events of many processes.
//
// A call is carried out while every thread of its process is stopped. Another
// process that shares the memory keeps running.
//
// System calls are injected at an existing instruction (gate_amd64.go), and StepAside
// steps an existing nop. Refused: writing one at the PC, because other threads execute
// that memory too, and nothing may be written inside a critical section.
//
// Visible to the program: a trapped 335 while SIGILL is blocked or ignored makes the kernel reset
// SIGILL to its default and unblock it; a single step while SIGTRAP is blocked or ignored makes the
// kernel reset SIGTRAP to its default and unblock it (force_sig_info_to_task, kernel/signal.c); and
// a few system calls return EINTR after any stop, as signal(7) lists.
package ptrace
