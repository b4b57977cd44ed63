// Package registration answers what a held thread's rseq registration means: the content of its
// area, the section that it has armed, the one that its next instruction arms, the kernel's rules
// for it, and whether the debugger may make the thread call rseq(2).
//
// A Reader reads registers and memory and moves no thread. It changes the program in one case: if
// it learns of a section that no file declares, it withdraws the user's breakpoints inside that
// section, because nothing may be inserted there.
//
// # Decisions, and what was refused
//
// A thread under a seccomp filter that the debugger is not under itself never executes rseq(2)
// for the debugger: there is no way to ask a filter whether it kills for that call. Its
// sections run natively even if the user asked to see inside, and the stop says so.
package registration
