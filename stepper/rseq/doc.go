// Package rseq answers a debugger's questions about restartable sequences: which critical
// sections a process has, which instructions they contain, where a thread can leave them, what an
// instruction is about to arm, where a breakpoint may be inserted, and how a pass ended. It reads
// memory and queries symbols. It moves no process: every answer is a function of registers,
// memory, symbols and descriptors, and the tests supply bytes.
//
// Type Sections holds the sections of a process and caches the code that it has decoded. The
// other types are values. See rseq(2), include/uapi/linux/rseq.h and kernel/rseq.c for what the
// kernel does with a registration and a descriptor.
//
// # Decisions, and what was refused
//
// The code that resumes the program empties the caches (FlushCode, Reload, Forget). Refused: to
// compare the bytes on each Decode, because every step calls it and nearly every answer is one
// map lookup.
//
// Learn only reports that a section is new. Refused: a callback that withdraws breakpoints,
// because a query about a section would then change the program.
//
// Interface Symbols is declared here, with the five methods that this package calls, instead of
// the debugger's whole symbol interface: tests answer five methods with maps.
package rseq
