package faulttest

import "syscall"

// The errors of each kind of request.

// request is ptrace(2)'s ERRORS for a request to a stopped thread: EFAULT and
// EIO are returned "for an invalid area in the tracer's or the tracee's memory"
// and for requests it cannot carry out, ESRCH for one that is not stopped.
func request() []syscall.Errno {
	return []syscall.Errno{syscall.EIO, syscall.EPERM, syscall.ESRCH, syscall.EFAULT}
}

// registers adds the errors of PTRACE_GETREGSET and SETREGSET: EINVAL for a
// missing type of registers, ENODEV for one that the CPU lacks (ptrace_regset
// in kernel/ptrace.c).
func registers() []syscall.Errno { return append(request(), syscall.EINVAL, syscall.ENODEV) }

// debug adds the errors of PTRACE_POKEUSER to u_debugreg: EBUSY, "an error with
// allocating or freeing a debug register" (ptrace(2)), EINVAL for an address, ENOSPC if a
// perf event of the system uses them all (kernel/events/hw_breakpoint.c).
func debug() []syscall.Errno {
	return append(request(), syscall.EBUSY, syscall.EINVAL, syscall.ENOSPC)
}

// memory is process_vm_readv(2)'s ERRORS, and EIO of /proc/PID/mem.
func memory() []syscall.Errno {
	return []syscall.Errno{syscall.EIO, syscall.EFAULT, syscall.ENOMEM, syscall.EPERM, syscall.ESRCH, syscall.EINVAL}
}

// waiting is wait(2)'s ERRORS but EINTR, which package ptrace handles itself.
func waiting() []syscall.Errno { return []syscall.Errno{syscall.ECHILD, syscall.EINVAL} }

// affinity is sched_setaffinity(2)'s ERRORS.
func affinity() []syscall.Errno {
	return []syscall.Errno{syscall.EINVAL, syscall.EPERM, syscall.ESRCH, syscall.EFAULT}
}

// injected are the possible errors of an injected call itself: rseq(2)'s ERRORS, and
// EPERM and ENOSYS of a seccomp filter. EBUSY means that the thread is registered.
func injected() []syscall.Errno {
	return []syscall.Errno{syscall.EPERM, syscall.EINVAL, syscall.EFAULT, syscall.ENOSYS}
}

// ending is kill(2)'s ERRORS, and wait(2)'s for the program's end.
func ending() []syscall.Errno {
	return []syscall.Errno{syscall.EPERM, syscall.EINVAL, syscall.ECHILD}
}
