// Package stepper defines what stepping means: an Engine carries out a debugger's commands on a
// Target so that restartable sequences and vDSO functions execute as units.
//
// A unit runs at full speed from its arming store (or from the function's first instruction) to
// its first exit, with traps only on the exits. Everything else is single-stepped. A line step sets
// traps on every way out of the line (package line) and lets the program run.
//
// Package drive has the loop that resumes threads and waits for them. It asks the Engine what
// places and events mean (mind.go). Package units has the moves of a thread over a unit, with the
// rungs of the ladder and the quiet phases, and asks the Engine what a place means to the user
// (unit_host.go). Package steps makes the user's steps (stepi, next, finish and the others) out of
// such moves; the Engine begins and ends the commands around them. Package registration reads what
// a thread's rseq registration means, and package opvcall provides the cpu_opv call to the program.
//
// Package vdso plans the steps through the vDSO's functions; the Engine is its host
// (vdso_host.go). Package call makes a thread call a function for the user, recognises its return
// and restores the thread; the Engine runs the program in between (call.go). Package progress counts
// the passes of sections that run natively, and finds the thread that repeats one without a commit.
// Package observe calls an observer of the program while Continue runs it. Package status reads what
// proc(5) says of a thread. Package signals has the `handle` table.
//
// # Decisions, and what was refused
//
// No breakpoint is inserted inside a section or on an abort handler's signature: rseq.Sections
// refuses it (Guard; GuardOwn also refuses the debugger's own traps in the middle of an
// instruction). For a breakpoint inside a section, package points inserts a trap at the arming
// store, and a quiet phase takes the thread from the store to the place. A thread that hit such
// a trap while the Engine handled another thread's stop passes through the section before it
// resumes (drive.Mind.Through). If it were resumed and hit the trap again, it might be on
// another CPU by then; this cost four times the aborts of a breakpoint outside.
//
// A step that helps a pass (rseq.Passes.Help) tries a cpu_opv vector first, then quiet phases, and
// then nothing more: it would have ended by itself, and running to the end of the function (the
// ladder's last rung) might not.
//
// The stepped thread resumes on the CPU on which it stopped, and so does a thread at a trap
// that has an rseq area (tracee.InPlace): it may have read that CPU's number and be about to
// compare it.
//
// When the process executes another program, the Engine forgets everything about the old
// program's memory and re-sets the user's breakpoints from what the user wrote, a source
// location or an expression (points/reset.go), as gdb does. A breakpoint whose location cannot
// be resolved becomes pending, also where gdb would delete or disable it. An address given as a
// number is valid only if the same file is mapped at the same place; gdb inserts the breakpoint
// anyway, into whatever instruction is there. A client's breakpoints end with the program
// (BreakpointSpec.ThisProgram): the client inserts them again.
//
// One book (package ledger) records what the debugger changes in the program for its own
// purposes. If a command cannot undo a change because a request failed, the change stays in the
// book: the Engine tries again at the end of the command, before the next command, which does
// not begin unless that succeeds, and before detaching. If changes remain that would harm the
// program (Book.Harm), the Engine kills it instead of detaching: without its registration it
// would lose updates, and at a leftover breakpoint it would die.
package stepper
