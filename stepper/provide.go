package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/opv"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// ErrNoCalls says that the Target traps no system call.
var ErrNoCalls = errors.New("the program's system calls are not trapped")

// CPUOpv is the cpu_opv system call to provide. Number 0 is none.
type CPUOpv struct {
	ABI    opv.ABI
	Number uint64
}

// CPUOpvNumber is the number that cpu_opv had on x86-64 in its patches from
// 2018 on (arch/x86/entry/syscalls/syscall_64.tbl). Linux 6.11 gave it to
// uretprobe, which kills a program that calls it.
const CPUOpvNumber = 335

// lastCallNumber is the highest possible system call number: the next bit means x32
// (__X32_SYSCALL_BIT, arch/x86/include/uapi/asm/unistd.h).
const lastCallNumber = 1<<30 - 1

// ParseCPUOpv makes a CPUOpv from an ABI's name and a number. Its errors say which of the two
// is wrong, and why.
func ParseCPUOpv(abi string, number uint64) (CPUOpv, error) {
	p := CPUOpv{ABI: opv.V3, Number: number}
	switch abi {
	case opv.V3.String():
	case opv.V9.String():
		p.ABI = opv.V9
	default:
		return CPUOpv{}, fmt.Errorf("v3 or v9 is wanted, not %q", abi)
	}
	if number == 0 || number > lastCallNumber {
		return CPUOpv{}, fmt.Errorf("%d: there is no such system call number", number)
	}
	return p, nil
}

// ProvideCPUOpv gives the program and its child processes a cpu_opv system call of that ABI,
// under the number that the Target traps. It requires no stepping. While a vector runs, every
// thread of the calling process is stopped; other processes that share its memory continue, and
// so do those that the debugger does not trace.
func (e *Engine) ProvideCPUOpv(abi opv.ABI) error {
	calls, ok := e.target.(tracee.CallTarget)
	if !ok || calls.Trapped() == 0 {
		return ErrNoCalls
	}
	answer := func(c tracee.Caller) error { return answerCall(abi, c) }
	e.calls, e.answer = calls, answer
	calls.Serve(answer)
	return nil
}

// answerCall carries out one cpu_opv call:
// int cpu_opv(struct cpu_op *cpu_opv, int cpuopcnt, int cpu, int flags).
func answerCall(abi opv.ABI, c tracee.Caller) error {
	args, err := c.Arguments()
	if err != nil {
		return err
	}
	moves := false
	call := opv.Call{
		ABI: abi, Ops: table.Addr(args[0]), Count: int32(args[1]), CPU: int32(args[2]), Flags: int32(args[3]),
		Allowed: func(cpu int) bool {
			moves = c.Allowed(cpu)
			return moves
		},
	}
	result, _ := call.Return(c) // the program learns from the result why it failed
	if moves {
		// The kernel moved the thread before the first operation, so the thread stays on that
		// CPU whatever the operations return.
		err = c.MoveTo(int(call.CPU))
	}
	return errors.Join(err, c.Answer(result))
}

// provide answers one thread's call, or, if tid is 0, the call of every thread of the program
// that is stopped at one. A thread that was killed meanwhile is no error: its exit is the next
// event.
// Precondition: every thread is held.
func (e *Engine) provide(tid int) error {
	if e.calls == nil {
		return fmt.Errorf("thread %d stopped at a system call: %w", tid, ErrNoCalls)
	}
	var errs error
	for _, id := range e.calls.Calls() {
		if tid != 0 && id != tid || !e.drive.MayRun(id) {
			continue
		}
		c, err := e.calls.Caller(id)
		if err == nil {
			err = e.answer(c)
		}
		if th := e.thread(id); th != nil {
			th.Fresh, th.Answered = false, true
		}
		if err != nil && !isGone(err) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

// provideAt answers at an event of the program. For a thread that moves alone it answers that
// thread's call; while all threads run, it answers all calls that arrived at the same time, so
// that it stops the other threads once.
func (e *Engine) provideAt(tid int) error {
	if !e.drive.Released() {
		return e.provide(tid)
	}
	if err := e.drive.Pause(); err != nil {
		return err
	}
	return e.provide(0)
}
