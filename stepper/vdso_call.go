package stepper

import (
	"fmt"
	"syscall"

	"rseqstep/stepper/machine"
	"rseqstep/table"
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
// 64-bit vDSO and the 64-bit calls agree on their types. This package does not parse vDSOs of
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

// bounded reports whether the function's loops end by themselves, however slowly it runs.
func (c *vdsoCall) bounded() bool { return c.name() == "getrandom" }

// callInstead makes the equivalent system call in a thread that is in the activation c, and
// makes it return from the function with the result. why says what prevents it; then nothing
// was changed.
// Precondition: every other thread is held; the thread is in no system call.
func (e *Engine) callInstead(th *thread, c *vdsoCall, f *machine.VDSOFrame) (why string, err error) {
	call := equivalentOf(&e.target.Arch().Calls, c.name())
	switch {
	case call.number == 0:
		return "no system call is known that does the same", nil
	case !c.seen:
		return "its arguments are not known: the thread was not seen at its first instruction", nil
	case !c.is(f):
		return "the thread stands in another call of it", nil
	case c.bounded() && !c.untaken:
		return "nothing is known of the state it was given", nil
	case e.rseq.Filtered(th.Thread):
		return "the program has a seccomp filter that may kill it for the system call", nil
	}
	result, err := e.target.Syscall(th.TID, call.number, c.args[:call.args]...)
	th.Fresh = false
	if err != nil {
		if isGone(err) {
			return "", err
		}
		return err.Error(), nil
	}
	switch errno := syscall.Errno(-result); errno {
	case syscall.EFAULT, syscall.EPERM, syscall.ENOSYS, syscall.EINTR:
		// The function would have ended differently: it would have raised SIGSEGV at that
		// address, and no filter applies to it.
		return fmt.Sprintf("the system call failed: %v", errno), nil
	}
	if c.bounded() {
		if err := e.releaseRandom(c); err != nil {
			return "", err
		}
	}
	regs := f.Caller
	regs.SetResult(uint64(result))
	regs.ForgetSyscall()
	if err := e.target.SetRegs(th.TID, &regs); err != nil {
		return "", err
	}
	c.rung = RungOpv
	return "", e.load(th)
}

// struct vgetrandom_state, include/vdso/getrandom.h (Linux 6.11 to 6.18), bytes.
const (
	randomStateSize  = 144
	randomGeneration = 128 // u64: of the kernel's generator when the key was made
	randomInUse      = 137 // bool: a call uses the state now
)

// randomUntaken reports whether a call of getrandom, at its first instruction, receives a state
// whose layout is known and that no other call uses.
func (e *Engine) randomUntaken(c *vdsoCall) bool {
	if c.args[4] != randomStateSize {
		return false
	}
	var use [1]byte
	n, _ := e.target.ReadMemory(table.Addr(c.args[3])+randomInUse, use[:])
	return n == 1 && use[0] == 0
}

// releaseRandom leaves the state of an abandoned call of getrandom as the function itself does
// when it cannot trust the state: unused, and with generation 0, which no kernel's generator
// has, so that the next call makes a new key. Bytes that a call has returned may remain in it;
// no call uses them again.
func (e *Engine) releaseRandom(c *vdsoCall) error {
	state := table.Addr(c.args[3])
	for _, w := range []struct {
		at   table.Addr
		zero []byte
	}{{state + randomGeneration, make([]byte, 8)}, {state + randomInUse, make([]byte, 1)}} {
		if _, err := e.target.WriteMemory(w.at, w.zero); err != nil {
			return fmt.Errorf("the state of getrandom at %v: %w", state, err)
		}
	}
	return nil
}
