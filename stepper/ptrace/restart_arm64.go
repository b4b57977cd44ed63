//go:build linux && arm64

package ptrace

import (
	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
)

// A thread that a stop has interrupted in a system call stands before the call, with its first argument
// back in place: no register tells that the kernel is to restart it, and how. Resumed from that stop, the
// thread restarts the call correctly. Resumed from a later one it makes the call anew, and a timeout
// that is relative begins again. restart_syscall(2) continues those (tried on Linux 6.12 and 7.3), but
// fails with EINTR if there is nothing to continue.
//
// The calls that are made anew otherwise differ from restarted ones if a handler is to run first: without
// SA_RESTART they would have failed with EINTR.

// settleCall makes registers of a thread that stands before an interrupted call continue it, when the
// thread is resumed with them from whatever stop. The kernel tells the two apart on the way into the call:
// the thread goes to that point and leaves the call again. Precondition: signals are blocked.
func (p *Process) settleCall(t *thread, r *machine.Regs) error {
	if !maybeContinued(r) || !p.holdsSyscall(r.PC()) {
		return nil
	}
	for {
		if e := ptraceCall(reqSyscall, t.tid, 0, 0); e != 0 {
			return p.fail(t, "settle a system call", e)
		}
		status, err := p.stopOf(t, reqSyscall)
		if err != nil {
			return err
		}
		sig := unix.WaitStatus(status).StopSignal()
		if status>>16 == 0 && sig == stoppedAtCall {
			break
		}
		if status>>16 == 0 { // SIGSTOP, which cannot be blocked
			defer func() { _ = unix.Tgkill(t.group, t.tid, sig) }() // ESRCH: it was killed
		}
	}
	number, e := registerWord(t.tid, noteSystemCall, 4)
	if e == 0 {
		e = setRegisterWord(t.tid, noteSystemCall, 4, noSyscall)
	}
	if e != 0 {
		return p.fail(t, "settle a system call", e)
	}
	if number == unix.SYS_RESTART_SYSCALL {
		r.W[arm64.X8] = number
	}
	return p.trapAgain(t)
}

// maybeContinued reports whether registers are those of a call that the kernel continues by
// restart_syscall(2), if it has been interrupted: hrtimer_nanosleep and futex_wait set the restart block,
// but for absolute times and without a timeout (kernel/time/hrtimer.c, kernel/futex/waitwake.c).
func maybeContinued(r *machine.Regs) bool {
	const (
		absolute = 1         // TIMER_ABSTIME, include/uapi/linux/time.h
		flags    = 128 | 256 // FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME, include/uapi/linux/futex.h
		wait     = 0         // FUTEX_WAIT
		bitset   = 9         // FUTEX_WAIT_BITSET
	)
	arguments := r.SyscallArguments()
	switch r.W[arm64.X8] {
	case unix.SYS_NANOSLEEP:
		return true
	case unix.SYS_CLOCK_NANOSLEEP:
		return arguments[1]&absolute == 0
	case unix.SYS_FUTEX:
		op := arguments[1] &^ flags
		return (op == wait || op == bitset) && arguments[3] != 0
	}
	return false
}
