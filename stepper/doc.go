// Package stepper is what stepping means: an Engine that carries out a
// debugger's commands on a Target so that restartable sequences and vDSO
// functions are passed as units.
//
// A unit runs at native speed from its arming store (or from the function's
// first instruction) to its first exit, with traps only on the exits. Single
// steps are used everywhere else. Line steps plant traps on every way out of
// the line and let the program run.
//
// Threads are moved by package drive, which asks the Engine what places and events
// mean (mind.go).
//
// # Decisions, and what was refused
//
// Exits are met with debug registers first and int3 second: both are harmless
// outside of sections, but debug registers need no write to the program's text.
//
// An instruction under a breakpoint is executed in its place with every other
// thread held. Executing a copy elsewhere (displaced stepping) was refused:
// inside a section it makes the kernel see a PC outside, disarm the section and
// leave its rest unprotected, which loses updates (DESIGN 3.2).
//
// Nothing is planted inside a section or on an abort handler's signature:
// rseq.Sections.Guard is the one place that refuses. A breakpoint there is a trap
// on the arming store, from where the thread is taken to it in a quiet phase. A
// thread that has run into such a trap while another one was dealt with is taken
// through before it goes on (drive.Mind.Through): let go and met again it may be on
// another CPU, which cost four times the aborts of a breakpoint outside.
//
// Two breakpoints inside one section, and one in a loop there, are all met in one
// quiet pass: going on from the first looks for the others on the way to the exit
// (endQuiet). Only parting with the program passes them over.
//
// The passes that a step runs natively are counted by debug registers of the
// stepped thread: at the abort handlers of the sections that it may come to, which
// are hardly ever met on a way that commits, and at post-commit only while a pass
// was in vain. Refused: breakpoints there, which the other threads would meet, each
// time with all of them stopped and more sections aborted; and traps at the arming
// store of every pass, which would slow a line of many sections. What a continue runs
// counts for no step, and it helps nobody unless it is told to; a commit ends the
// count whoever runs it. Side exits of a natively run section are not counted: to
// find a list empty is no failure.
//
// A step that counts helps by a vector, else by quiet phases, and then no more: it
// would have ended by itself, and running to the end of the function (the ladder's
// last rung) might not.
//
// A quiet phase that ends inside a section, by a signal or because the section is
// too long, leaves the thread to the kernel as well: it is registered again, steps
// aside (Target.StepAside), and only then is its section armed (ledger.Book.Restore).
// Refused: to arm it and no more, which kernels since 6.19 do not look at after a
// system call; and to set the PC to the abort handler ourselves, since a signal
// that is on its way would then be shown and delivered at another place than the
// one it was raised at.
//
// A thread that is found inside a live section when the program stops is left
// to the kernel, which restarts the section. Taking it to its end quietly was
// refused: between its stop and the last thread's another one may have run on
// its CPU and changed what it had read.
//
// An instruction step runs its thread alone; the others are let go only when
// it blocks in the kernel. A line step lets every thread run, because the line
// may wait for them; but a line without calls is tried alone first (dash), since
// each stop of the others may abort a section of theirs.
//
// A thread that goes on after a stop is woken on the CPU it stopped on
// (tracee.InPlace): it may have read that CPU's number and be about to
// compare it.
//
// Signals are held back while a unit runs (drive.Driver.BlockSignals). Letting them in was
// refused: a unit takes some 50 µs under a tracer, and a 100 µs timer would
// abort every second one.
//
// When the process executes another program, everything about the old one's memory
// is forgotten, and the user's breakpoints are re-set by what was asked for
// (reset.go), as gdb does: a place in the source, an expression. What names nothing
// is pending, also where gdb would delete or disable it. An address that was
// given as a number counts only where the same file is in the same place; gdb
// plants it all the same, in whatever instruction is there. A client's breakpoints
// end with the program (BreakpointSpec.ThisProgram): it puts them in again.
//
// A signal that the thread is to have comes before its next instruction, and so
// before everything that a step looks for there (deliver.go): the step ends in the
// handler, as gdb's do. Signals that come in the course of a step and pass silently
// have their handlers run to the end, as gdb has it too. Not so in StepAlone: a client
// that steps a thread off a breakpoint of its own has taken it out of the program, and
// a handler that does not come back would lead past it, or lead the others there.
//
// A vDSO function that stepping holds in its loop is left by the equivalent
// system call only where its arguments are known from its first instruction and
// nothing unseen ran since; else it is run natively to its return, which is
// always right. Refused: guessing the arguments from registers in the middle,
// where they may be gone; and a fourth, fifth … round, since a stepped thread
// may find the clock page changed for ever. getrandom has no such loop: its
// rounds are bounded by what it was asked for, and are let pass.
//
// A thread under a seccomp filter that we are not under ourselves is never made to
// call rseq(2): a filter that kills for calls it does not know cannot be asked.
// Its sections run natively whatever was to be seen inside, and the stop says so.
//
// What is changed in the program for the debugger's own purposes is in one book
// (package ledger). What a command could not undo because a request failed stays
// there: it is tried again at the command's end, before the next one, which refuses
// to begin without it, and before detaching. A program that would be harmed by what is
// still not undone then (Book.Harm) is killed, never let go: without its registration
// it would lose updates, and of a breakpoint it would die.
//
// A function that the user calls returns to the hlt behind the program's entry
// point, where a trap waits (returnAddress says why not to the stack, gdb's
// way). The thread's registers are kept, its system call is left as the kernel
// had it interrupted, and the program runs as Continue has it: held back, the
// other threads might hold what the function waits for. From inside a section,
// live or in a quiet phase, nothing is called: refused was to finish the section
// first, since the user would then find the thread elsewhere than it was.
//
// A called function that stops stays where it is, and Frames goes on from it to
// the frames it was called in. Parting with the program puts its thread back
// to before the call; gdb lets it return to where nothing is.
//
// A commit is not proved by the PC at post_commit_ip alone: sections with a
// branch to it are told apart by the registers and flags at the exit
// (machine.Body.Outcome), in a quiet phase by the instructions themselves.
package stepper
