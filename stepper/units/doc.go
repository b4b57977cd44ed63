// Package units runs one thread over one instruction, or over the unit that begins there: a
// critical section, a vDSO function or an exclusive sequence. It is the part of the debugger that knows how a thread
// passes a section: natively to the first exit, by a cpu_opv vector, in a quiet phase, or by
// running to the end of the function.
//
// Runner makes the moves of units and chooses the rung of the ladder. Phases are the quiet phases
// of the process's threads. Both return moves and decisions (package drive) and resume no thread
// themselves. What they need from others is in Parts; the decisions that depend only on
// registers, memory and sections are in package rseq.
//
// # Decisions, and what was refused
//
// The traps on a section's exits are debug registers, and int3 instructions when no register is
// free: both are harmless outside of sections, but debug registers need no write to the program's
// text.
//
// An instruction under a breakpoint is executed in place while every other thread is stopped.
// Refused: executing a copy elsewhere (displaced stepping). Inside a section, the kernel sees a
// PC outside, disarms the section and leaves its rest unprotected, which loses updates (DESIGN
// 3.2).
//
// An exclusive sequence (machine.Sequence) runs from its load to an instruction behind it, with traps
// there. A trap inside would fail its store each time, so none is inserted there: those of the debugger's
// own move to the ways out (rseq.Sections.Places), a breakpoint of the user's to the load. Refused: a stop
// at each round of a sequence that jumps back to its load before its store (a spin lock). A trap at the
// load would be at the thread's own PC, and to step off it is to clear the monitor.
//
// On a processor that stops a thread before an access to data, and that has no flag to pass a debug
// register (machine.Arch.StepsOver), the Target steps over the access. Where that would fail a store or
// make the kernel restart a section, the debug register is off: for the run of an exclusive sequence that
// accesses the bytes, whose watchpoints are compared behind it; and for the register at an arming store.
// With a watchpoint, units step sections in a quiet phase, so that nothing is aborted. Threads that run
// freely meet the watchpoint once; then the section, or the sequence, is known (points.Set.Accessed).
// Refused: a quiet phase for each section that any thread runs while there is a watchpoint, which would
// make such programs a thousand times slower; and a guess which sections may store to the bytes.
//
// One quiet phase stops at every breakpoint inside a section, and in every round at one in a
// loop there: resuming from the first looks for the others on the way to the exit (Phases.End).
// Only detaching ignores them (Phases.Part).
//
// A quiet phase can end inside a section, because of a signal or because the section is too
// long. The kernel then restarts the section: the debugger registers the thread's rseq area,
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
// Signals are blocked while a unit runs (drive.Driver.BlockSignals). Refused: delivering them.
// A unit takes some 50 µs under a tracer, and a 100 µs timer would abort every second one.
//
// A PC at post_commit_ip alone does not prove a commit. For sections with a branch to that
// address, the registers and flags at the exit decide (machine.Body.Outcome); in a quiet phase,
// the executed instructions decide.
//
// Passes, Functions and Host are three small interfaces with three owners: the watch on passes,
// the vDSO's functions, and the Engine. Refused: one interface of the Engine, which would grow
// with whatever a unit needs next.
package units
