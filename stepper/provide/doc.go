// Package provide gives a program the system call cpu_opv, which no released kernel has: the
// backend traps the calls (tracee.CallTarget), and a Service answers them with package opv. While a
// vector runs, every thread of the calling process is stopped; other processes that share its
// memory continue, and so do those that the debugger does not trace.
package provide
