// Package stepper is what stepping means: an Engine that carries out a
// debugger's commands on a Target so that restartable sequences and vDSO
// functions are passed as units.
//
// A unit runs at native speed from its arming store (or from the function's
// first instruction) to its first exit, with traps only on the exits. Single
// steps are used everywhere else. Line steps plant traps on every way out of
// the line and let the program run.
//
// The files, by idea: target.go and symbols.go are what the Engine needs of
// the world; stop.go what it answers; step_instruction.go one instruction;
// run_unit.go and run_to.go one unit; travel.go the running program; line*.go
// source lines; finish.go frames; breakpoint.go, user_breakpoints.go and
// sites.go breakpoints; rseq.go what threads have registered and armed.
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
// guard in sites.go is the one place that refuses.
//
// An instruction step runs its thread alone; the others are let go only when
// it blocks in the kernel. A line step lets every thread run, because the line
// may wait for them.
//
// A commit is not proved by the PC at post_commit_ip alone: sections with a
// branch to it are told apart by the registers and flags at the exit
// (unit.Body.Outcome).
package stepper
