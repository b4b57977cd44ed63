// Package rseq answers what a debugger asks about restartable sequences: which critical
// sections a process has, what their instructions are, where a thread can leave them,
// what an instruction is about to arm, where a breakpoint may be planted, and what a
// pass came to. It reads memory and asks symbols. It has no process to move: every
// answer is a function of registers, memory, symbols and descriptors, and is tested
// with bytes.
//
// Type Sections knows a process's sections and the code around them, and keeps what it
// has decoded. The other types are values. See rseq(2), include/uapi/linux/rseq.h and
// kernel/rseq.c for what the kernel does with a registration and a descriptor.
//
// # Decisions, and what was refused
//
// What is kept is dropped on request (FlushCode, Reload, Forget), by the one who lets
// the program run. Refused: comparing the bytes on each Decode, since it is asked on
// every step and the answer is a map's on nearly all of them.
//
// Learn says that a section is new, and nothing more happens. Refused: a callback that
// withdraws breakpoints, since whoever asks about a section would then change the
// program.
//
// Symbols is declared here, with the five questions that are asked, rather than taken from
// the debugger's whole symbol interface: tests answer five questions with maps.
package rseq
