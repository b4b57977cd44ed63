package opvcall

import (
	"errors"
	"fmt"
	"syscall"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// ErrNotTrapped says that the Target traps no system call.
var ErrNotTrapped = errors.New("the debugger does not trap the program's system calls")

// Provider answers the cpu_opv calls of a program.
type Provider struct {
	calls  tracee.CallTarget
	drive  *drive.Driver
	answer func(tracee.Caller) error
}

// New returns the Provider of a program and of the processes that it creates, under the number
// that the Target traps. It requires no stepping. While a vector runs, every thread of the
// calling process is held; other processes that share its memory continue, and so do those that
// the debugger does not trace. Errors: ErrNotTrapped.
func New(t tracee.Target, d *drive.Driver, abi opv.ABI) (*Provider, error) {
	calls, ok := t.(tracee.CallTarget)
	if !ok || calls.Trapped() == 0 {
		return nil, ErrNotTrapped
	}
	p := &Provider{calls: calls, drive: d, answer: func(c tracee.Caller) error { return answer(abi, c) }}
	calls.Serve(p.answer)
	return p, nil
}

// answer carries out one cpu_opv call:
// int cpu_opv(struct cpu_op *cpu_opv, int cpuopcnt, int cpu, int flags).
func answer(abi opv.ABI, c tracee.Caller) error {
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

// At answers at the event of a thread that stands at a call. For a thread that runs alone it
// answers that thread's call. If all threads run, it holds them and answers every call that has
// arrived, so that it stops the other threads once. A nil Provider returns an error.
func (p *Provider) At(tid int) error {
	if p == nil {
		return fmt.Errorf("thread %d stopped at a system call: %w", tid, ErrNotTrapped)
	}
	if !p.drive.Released() {
		return p.provide(tid)
	}
	if err := p.drive.Pause(); err != nil {
		return err
	}
	return p.provide(0)
}

// provide answers one thread's call, or, if tid is 0, the call of every thread of the program
// that stands at one. A thread that was killed meanwhile is no error: its exit is the next
// event.
// Precondition: every thread is held.
func (p *Provider) provide(tid int) error {
	var errs error
	for _, id := range p.calls.Calls() {
		if tid != 0 && id != tid || !p.drive.MayRun(id) {
			continue
		}
		c, err := p.calls.Caller(id)
		if err == nil {
			err = p.answer(c)
		}
		if th := p.drive.Thread(id); th != nil {
			th.Fresh, th.Answered = false, true
		}
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}
