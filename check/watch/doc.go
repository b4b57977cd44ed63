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
//   - Of these fields, cpu_id_start and cpu_id in another thread's area: by the fourth debug register of
//     each thread, in turn; and by their values, which the kernel keeps the same (others.go).
//   - rseq(2) and membarrier(2) at call sites whose code loads the call's number as a constant
//     right before the instruction that enters the kernel, or before a call of syscall(3); and any
//     of the first 32 calls of syscall(3) of each thread without a registration, of others in turn.
//   - Descriptors that no file declares, in turn: a debug register on rseq_cs (undeclared.go).
//   - Requests for time slice extensions, in the bytes behind mm_cid (slice.go). What the kernel grants is
//     not seen: a stop revokes it (Documentation/userspace-api/rseq.rst, "Scheduler time slice
//     extensions"). So the code behind the end of a request is followed, to see whether it would look.
//   - The first arming of each declared section: a trap at its arming store, which is taken out
//     after its first use; and every arming in a thread that has no registration, as far as its
//     debug registers reach.
//   - Registrations, read from the kernel whenever a thread is about to run.
//   - rseq_cs of every thread when a library goes, and whether a registered area can be read
//     still.
//
// # What is not seen
//
// What happens once while the fourth debug register watches something else. Calls whose number is
// computed or comes out of a table, and that do not use syscall(3): the registration that such a call
// makes is seen at the thread's next stop, its caller is not. Processes that the program creates: the
// Engine detaches from them.
//
// # What it costs, and what was refused
//
// A program that breaks no rule stops when a thread is created, registers, or arms a section for
// the first time; up to eight times in a round when a thread stores to rseq_cs; and at the end of a
// round. A place that breaks a rule is counted up to a limit; then the thread's debug register is
// freed, and its count is a lower bound. That is also what lets tcmalloc get on: it writes cpu_id_start, and any stop makes the kernel write it anew (up to
// Linux 6.18, and in legacy mode), so that it would write for ever.
//
// Refused: PTRACE_SYSCALL, two stops at every system call of the program for the few that
// matter; a seccomp filter, which stays in the program after the detach and cannot be put into a
// running one; a lasting watch on rseq_cs, because a stop behind the arming store restarts the section.
// A store to another thread's area counts only if that thread still has it when every thread is held:
// the C library initializes the memory of a thread that has ended for a new one.
package watch
