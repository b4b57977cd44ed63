// Package registration answers what a held thread's rseq registration means: the content of its
// area, the section that it has armed, the one that its next instruction arms, the kernel's rules
// for it, and whether the debugger may make the thread call rseq(2).
//
// A Reader reads registers and memory and moves no thread. It changes the program in one case: if
// it learns of a section that no file declares, it withdraws the user's breakpoints inside that
// section, because nothing may be inserted there.
package registration
