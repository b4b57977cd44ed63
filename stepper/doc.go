// Package stepper defines what stepping means: an Engine carries out a debugger's commands on a
// Target so that restartable sequences and vDSO functions execute as units.
//
// A unit runs at full speed from its arming store (or from the function's first instruction) to
// its first exit, with traps only on the exits. The Engine single-steps everything else. A line
// step sets traps on every way out of the line (package line) and lets the program run.
//
// Package drive has the loop that resumes threads and waits for them. It asks the Engine what
// places and events mean (mind.go).
//
// # Decisions, and what was refused
//
// The Engine sets debug registers on a section's exits first, and int3 instructions when it has
// no free register: both are harmless outside of sections, but debug registers need no write to
// the program's text.
//
// An instruction under a breakpoint is executed in place while every other thread is stopped.
// Refused: executing a copy elsewhere (displaced stepping). Inside a section, the kernel sees a
// PC outside, disarms the section and leaves its rest unprotected, which loses updates (DESIGN
// 3.2).
//
// No breakpoint is inserted inside a section or on an abort handler's signature: rseq.Sections
// refuses it (Guard; GuardOwn also refuses the debugger's own traps in the middle of an
// instruction). For a breakpoint inside a section, package points inserts a trap at the arming
// store, and a quiet phase takes the thread from the store to the place. A thread that hit such
// a trap while the Engine handled another thread's stop passes through the section before it
// resumes (drive.Mind.Through). If it were resumed and hit the trap again, it might be on
// another CPU by then; this cost four times the aborts of a breakpoint outside.
//
// One quiet phase stops at every breakpoint inside a section, and in every round at one in a
// loop there: resuming from the first looks for the others on the way to the exit (endQuiet).
// Only detaching ignores them (partFrom).
//
// To count the passes that a step runs natively, the Engine sets debug registers of the stepped
// thread: at the abort handlers of the sections that it may reach, which a committing pass
// hardly ever executes, and at post-commit only while a pass has failed to commit. Refused:
// breakpoints there, since other threads would hit them too, and each hit stops all threads and
// aborts more sections; and traps at the arming store of every pass, which would slow down a
// line with many sections. A pass during Continue does not count for a step, and Continue helps
// no thread unless the user enables that (StuckInjects); a commit resets the count whatever
// command runs it. Side exits of a natively run section do not count: an empty list is no
// failure.
//
// A step that counts tries a cpu_opv vector first, then quiet phases, and then nothing more: it
// would have ended by itself, and running to the end of the function (the ladder's last rung)
// might not.
//
// A quiet phase can end inside a section, because of a signal or because the section is too
// long. The kernel then restarts the section: the Engine registers the thread's rseq area,
// makes the thread execute an instruction elsewhere (tracee.Target.StepAside), and only then
// arms the section (ledger.Book.Restore). Refused: arming alone, since kernels from 6.19 on do
// not check rseq_cs after a system call; and setting the PC to the abort handler ourselves,
// since a pending signal would then be reported and delivered at a place other than the one
// where it was raised.
//
// If a thread is inside a live section when the program stops, the kernel restarts the section.
// Refused: taking the thread to the section's end in a quiet phase. Between its stop and the
// last thread's, another thread may have run on its CPU and changed what it had read.
//
// An instruction step runs its thread alone; the other threads run only if it blocks in the
// kernel. A line step runs every thread, because the line may wait for them; but a short line
// without calls first runs alone (planned), since each stop of the other threads may abort a
// section of theirs.
//
// The stepped thread resumes on the CPU on which it stopped, and so does a thread at a trap
// that has an rseq area (tracee.InPlace): it may have read that CPU's number and be about to
// compare it.
//
// Signals are blocked while a unit runs (drive.Driver.BlockSignals). Refused: delivering them.
// A unit takes some 50 µs under a tracer, and a 100 µs timer would abort every second one.
//
// When the process executes another program, the Engine forgets everything about the old
// program's memory and re-sets the user's breakpoints from what the user wrote, a source
// location or an expression (points/reset.go), as gdb does. A breakpoint whose location cannot
// be resolved becomes pending, also where gdb would delete or disable it. An address given as a
// number is valid only if the same file is mapped at the same place; gdb inserts the breakpoint
// anyway, into whatever instruction is there. A client's breakpoints end with the program
// (BreakpointSpec.ThisProgram): the client inserts them again.
//
// A signal that the thread is about to receive precedes its next instruction, and so everything
// that a step looks for there (deliver.go): the step ends in the handler, as gdb's steps do. If
// a signal arrives during a step and is passed silently, its handler runs to the end, as in
// gdb. StepAlone is the exception: a client that steps a thread off one of its own breakpoints
// has removed that breakpoint from the program, and a handler that does not return would take
// the thread, or the other threads, past it.
//
// If a stepped thread does not leave the loop of a vDSO function, the equivalent system call
// replaces the function only if the arguments are known from its first instruction and the
// thread has made no native run since; otherwise the function runs natively to its return,
// which is always correct. Refused: guessing the arguments from registers in the middle, where
// they may be overwritten; and a fourth, fifth … round, since a stepped thread may find the
// clock page changed every time. getrandom has no such loop: the number of bytes requested
// bounds its rounds, and the Engine does not interrupt them.
//
// A thread under a seccomp filter that the debugger is not under itself never executes rseq(2)
// for the debugger: there is no way to ask a filter whether it kills for that call. Its
// sections run natively even if the user asked to see inside, and the stop says so.
//
// One book (package ledger) records what the debugger changes in the program for its own
// purposes. If a command cannot undo a change because a request failed, the change stays in the
// book: the Engine tries again at the end of the command, before the next command, which does
// not begin unless that succeeds, and before detaching. If changes remain that would harm the
// program (Book.Harm), the Engine kills it instead of detaching: without its registration it
// would lose updates, and at a leftover breakpoint it would die.
//
// An Observer (package check/watch) notes what the program does while Continue runs it. It has traps
// and debug registers of its own in the book, and the Engine's Mind calls it where it decides anyway,
// so the loop has no question more. Its debug registers stay set between commands. Refused: a
// second loop for watching, which would need everything that the first one knows about signals,
// forks, execs and libraries.
//
// A function that the user calls returns to the hlt behind the program's entry point, where a
// trap is set (returnAddress says why not to the stack, as in gdb). The Engine saves the
// thread's registers, keeps the interrupted system call as the kernel left it, and runs all
// threads as Continue does: if they were stopped, they might hold what the function waits for.
// The Engine calls no function from inside a section, live or in a quiet phase. Refused:
// finishing the section first, since the user would then find the thread at another place than
// before.
//
// If a called function stops, the thread stays in it, and Frames continues from its frames to
// those of its caller. Detaching restores the thread to its state before the call; gdb lets it
// return to an address where there is no code.
//
// A PC at post_commit_ip alone does not prove a commit. For sections with a branch to that
// address, the registers and flags at the exit decide (machine.Body.Outcome); in a quiet phase,
// the executed instructions decide.
package stepper
