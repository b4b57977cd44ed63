// Package vdso steps threads through the functions of the vDSO. From a function's first
// instruction a step runs the whole function natively, to its return. If the user steps inside,
// every instruction is a step of its own, and the package leaves a loop that repeats too often: a
// stepped thread can find in each round that the kernel has changed the page that it reads, and
// would never leave.
//
// A Stepper plans the moves of package drive. The rest is decided without a process: which loops
// have repeated too often (activation.after), and which system call does the work of a function
// (activation.replacement).
//
// # Decisions, and what was refused
//
// If a stepped thread does not leave a loop, the equivalent system call replaces the function only
// if the arguments are known from the first instruction and the thread has made no native run
// since; otherwise the function runs natively to its return, which is always correct. Refused:
// guessing the arguments from registers in the middle, where they may be overwritten; and a
// fourth, fifth … round, since a stepped thread may find the clock page changed every time.
// getrandom has no such loop: the number of bytes requested bounds its rounds, and the package
// does not interrupt them.
package vdso
