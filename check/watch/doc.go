// Package watch runs a program, or looks at a running one, and notes what it does with
// restartable sequences: it is the dynamic half of `rseqstep check`. It observes (stepper.Observer)
// while the Engine's Continue runs the program, so signals, forks, execs, libraries that come and
// go, attaching and detaching are the Engine's.
//
// What it notes is data (Seen); functions of that data alone make findings of it (judge.go).
//
// # What is seen
//
//   - Writes to cpu_id_start, cpu_id, node_id and mm_cid of a thread's registered area, by that
//     thread itself, from the moment the registration is known: debug registers of each thread.
//     The kernel's own writes do not stop a thread (tried on Linux 6.18), nor do those that a
//     system call makes.
//   - rseq(2) and membarrier(2) at call sites whose code loads the call's number as a constant
//     right before the instruction that enters the kernel, or before a call of syscall(3); and any
//     of the first 32 calls of syscall(3) of each thread.
//   - The first arming of each declared section: a trap at its arming store, which is taken out
//     after its first use; and every arming in a thread that has no registration, as far as its
//     debug registers reach.
//   - Registrations, read from the kernel whenever a thread is about to run.
//   - rseq_cs of every thread when a library goes, and whether a registered area can be read
//     still.
//
// # What is not seen
//
// Writes to another thread's area: debug registers belong to a thread, and an area belongs to the
// thread that registered it. Calls whose number is computed or comes out of a table, and that
// do not use syscall(3): the registration that such a call makes is seen at the thread's next stop,
// its caller is not. Sections that no file declares
// (code made at run time), unless a thread happens to stop while rseq_cs points to one. Processes
// that the program creates: the Engine detaches from them.
//
// # What it costs, and what was refused
//
// A program that breaks no rule stops when a thread is created, registers, or arms a section for
// the first time, and at nothing else. A place that breaks one is counted up to a limit; then the
// thread's debug register is freed, and its count is a lower bound. That is also what lets
// tcmalloc get on: it writes cpu_id_start, and any stop makes the kernel write it anew (up to
// Linux 6.18, and in legacy mode), so that it would write for ever.
//
// Refused: PTRACE_SYSCALL, two stops at every system call of the program for the few that
// matter; a seccomp filter, which stays in the program after the detach and cannot be put into a
// running one; a watch on rseq_cs, because a stop behind the arming store restarts the section.
package watch
