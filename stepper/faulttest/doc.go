// Package faulttest makes requests to a tracee.Target fail: any request of a
// command, with any error that the kernel can return for it.
//
// A Target counts the calls that pass through it. A test lets a command run
// once to count them, and then once for each call and each error, with that one
// call failing (Each); nothing else changes. So every request of the Engine
// that can fail does fail once.
//
// A call fails before it has done anything, as a refused system call does. For
// the death of the program the Target sends a real SIGKILL before the call, so
// that the kernel itself decides what follows. ESRCH is also returned for a
// live thread, as ptrace(2) does for one that is not stopped.
//
// Decisions:
//
//   - The errors of a call are those of its manual page (errno.go), not all that
//     exist: an error that cannot occur tests nothing.
//   - It is between Engine and Target, not below package ptrace: the
//     Engine must handle whatever the Target's contract allows. How package ptrace
//     handles a failed system call is for its own tests.
//   - Refused: random faults. Every call is tried in order, and its number
//     reproduces a failure.
package faulttest
