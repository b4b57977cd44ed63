// Package faulttest makes requests to a tracee.Target fail: any one of those
// that a command makes, with any error that the kernel can give for it.
//
// A Target counts the calls that pass through it. A test lets a command run
// once to count them, and then once for each call and each error, with that one
// call failing (Each); nothing else changes. So every place in the Engine where
// something can go wrong goes wrong.
//
// A call fails before it has done anything, as a refused system call does. The
// death of the program is no error given but a true SIGKILL sent before the
// call, so that what the kernel does then is the kernel's. ESRCH is also given
// for a thread that lives, as ptrace(2) does for one that is not stopped.
//
// Decisions:
//
//   - The errors of a call are those of its manual page (errno.go), not all
//     there are: an error that cannot come tests nothing.
//   - It stands between Engine and Target, not below package ptrace: what the
//     Engine must cope with is the Target's promise. What package ptrace makes
//     of a refused system call is its own tests' affair.
//   - Refused: random faults. Every place is tried in order, and a failure is
//     found again by its number.
package faulttest
