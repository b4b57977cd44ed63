package vdso

import (
	"fmt"
	"syscall"

	"rseqstep/stepper/machine"
)

// equivalent is the system call that does the same as a vDSO function.
type equivalent struct {
	number uint64 // 0: no call known
	args   int    // how many of the first arguments the call takes
}

// equivalentOf finds a function's system call. The empty one means that the function has none,
// or that this package does not know it.
//
// The conventions are the same: a negative errno, time's value, and no conversion, because the
// 64-bit vDSO and the 64-bit calls agree on their types. Package machine does not parse vDSOs of
// other sizes.
func equivalentOf(calls *machine.Calls, function string) equivalent {
	switch function {
	case "clock_gettime":
		return equivalent{number: calls.ClockGettime, args: 2}
	case "gettimeofday":
		return equivalent{number: calls.Gettimeofday, args: 2}
	case "time":
		return equivalent{number: calls.Time, args: 1}
	case "clock_getres":
		return equivalent{number: calls.ClockGetres, args: 2}
	case "getcpu":
		return equivalent{number: calls.Getcpu, args: 3}
	case "getrandom":
		// Its fourth and fifth arguments are a state of its own: see releaseRandom.
		return equivalent{number: calls.Getrandom, args: 3}
	}
	return equivalent{}
}

// replacement is the system call that can take the place of an activation whose thread is in the
// frame f. why says what prevents it.
func (a *activation) replacement(calls *machine.Calls, f *machine.VDSOFrame) (call equivalent, why string) {
	call = equivalentOf(calls, a.name())
	switch {
	case call.number == 0:
		return call, "no system call is known that does the same"
	case !a.seen:
		return call, "its arguments are not known: the thread was not seen at its first instruction"
	case !a.is(f):
		return call, "the thread stands in another call of it"
	case a.bounded() && !a.untaken:
		return call, "nothing is known of the state it was given"
	}
	return call, ""
}

// unlike says why the result of a system call is not that of the function, "" if it is: the
// function would have ended differently, since it would have raised SIGSEGV at that address, and
// no filter applies to it.
func unlike(result int64) string {
	switch errno := syscall.Errno(-result); errno {
	case syscall.EFAULT, syscall.EPERM, syscall.ENOSYS, syscall.EINTR:
		return fmt.Sprintf("the system call failed: %v", errno)
	}
	return ""
}
