// Package ptrace is the Linux backend of the stepper: one traced process and
// its threads, by ptrace(2). It does what it is told with a thread and reports
// what the kernel says; what stepping means is decided in package stepper.
//
// On other systems and processors than Linux on amd64 the package has the same names,
// and nothing can be traced: Launch, Attach and Adopt fail with errors.ErrUnsupported.
//
// One OS thread owns a Process: Launch and Attach lock the calling goroutine
// to its thread, and every method but Interrupt must be called there. That
// thread must start no other child processes while it traces: the wait loop
// collects whatever the thread can wait for. Other threads may.
//
// # Decisions
//
// PTRACE_SEIZE, also for programs that we start. PTRACE_TRACEME and
// PTRACE_ATTACH give neither PTRACE_INTERRUPT nor true group-stops, and
// PTRACE_ATTACH leaves a SIGSTOP to account for. A shell that stops itself
// before it execs the program was refused: it needs a shell, and the program's
// first moments would be the shell's.
//
// Interrupt kicks the tracer, not the program. A signal ends the tracer's
// wait4, and the tracer then sends PTRACE_INTERRUPT. Sending the program a
// SIGSTOP works from any thread, but it has to be swallowed again, which goes
// wrong when the program is killed, detached or stopped by job control at the
// same moment. The price is that two flags of signal actions change in our own
// process (kick_unsafe.go).
//
// Every wait is for any thread. Waiting for the stepped thread alone would
// deadlock when the process ends or execs: the kernel then wants the others
// reaped first. Only the fast path of Step waits for one thread where there
// are many, and a timer gets it out.
//
// A step does not ask for siginfo. The registers, which the caller wants
// anyway, tell nearly every step from every other SIGTRAP (plainStep). What is
// left over: a SIGTRAP that another process sends in the microseconds between
// a resume and the step's own trap is lost to the program.
//
// A removed breakpoint is remembered, because a thread may have run into it
// with its stop still uncollected. So no step needs the other threads' stops
// to be collected first.
//
// PTRACE_O_TRACESECCOMP is set only where LaunchOptions.Trap asks for a system
// call to be trapped. The stop of a filter that is not ours is answered with
// ENOSYS, as it is without a debugger: let go, it would permit what it denies.
// PTRACE_O_TRACEEXIT is not set: the wait status says what is needed, and a
// thread killed by SIGKILL may not stop there.
//
// # Several processes
//
// Processes of one OS thread have one tracer, and wait4(2) brings what any of them
// has to say. They know of each other (beside.go), so that a wait of the one that
// runs hands on the end of one that is held; nothing else comes of those. Refused:
// several that run at once, which would need a queue each and a wait that belongs to
// none; and wait4 by process, for it has no way to name a process's threads.
//
// The parent of a followed vfork is held until its child no longer shares its memory
// (former.go). Refused: to let it go with the breakpoints out of the memory, as where
// the parent runs on in it (CLONE_VM and SIGCHLD, without CLONE_THREAD), which may have to wake the
// child: a step into the child then runs to its exec or end.
//
// # Trapped calls
//
// Number 335 is trapped by the SIGILL that uretprobe raises since Linux 6.11,
// because since 6.14 no seccomp filter sees that call (callfilter_amd64.go). Refused
// for it: PTRACE_SYSCALL, two stops at every system call of the program. Every
// other number is trapped by a filter, injected before the first instruction,
// and an injected call then shows whether it works. A call that nobody has
// answered is taken back when its thread is resumed, so that losing its event
// costs nothing; detached, it fails with ENOSYS.
//
// In a process that runs already only 335 can be trapped, by the signal
// (FindRunningTrap). Refused: a filter there, which would stay when the process is
// let go, and would have to be put on every thread in whatever state it is.
//
// A child of a program with a trapped call stays traced ("served"; served.go), as does the
// parent when the child is followed, and so does what they make in turn. Served
// processes are driven by their own stops inside the one wait loop, so they make progress
// only while the debugger waits for something: while a user sits at the prompt,
// each of them waits at its next signal or call. When the debugged process ends, is
// killed or let go, they are let go as well, and their later calls get what
// this kernel makes of that number: SIGILL for 335, ENOSYS behind a filter. When
// the debugger itself dies, PTRACE_O_EXITKILL, which they inherit, ends them.
// Refused: a Process for each, since events of many processes in one Target
// would have to be told apart everywhere.
//
// A call is carried out while every thread of its process is stopped. Another
// process that shares the memory runs on.
//
// System calls are injected at an instruction that is there already (gate_amd64.go),
// and so is the nop that StepAside steps.
// Writing one at the PC was refused: other threads execute that memory too, and
// inside a critical section nothing may be written.
//
// Not hidden from the program: a trapped 335 while SIGILL is blocked or ignored
// makes the kernel reset SIGILL to its default and unblock it; a single step while SIGTRAP is blocked or
// ignored makes the kernel reset SIGTRAP to its default and unblock it
// (force_sig_info_to_task, kernel/signal.c); and a few system calls return
// EINTR after any stop, as signal(7) lists.
package ptrace
