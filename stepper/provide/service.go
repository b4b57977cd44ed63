package provide

import (
	"errors"
	"fmt"
	"syscall"

	"rseqstep/stepper/opv"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// ErrNoCalls says that the Target traps no system call.
var ErrNoCalls = errors.New("the program's system calls are not trapped")

// Service answers the cpu_opv calls of one process. The nil Service answers none.
type Service struct {
	calls tracee.CallTarget
	abi   opv.ABI
}

// New provides a program and its child processes with a cpu_opv system call of that ABI, under the
// number that the Target traps. Errors: ErrNoCalls.
func New(t tracee.Target, abi opv.ABI) (*Service, error) {
	calls, ok := t.(tracee.CallTarget)
	if !ok || calls.Trapped() == 0 {
		return nil, ErrNoCalls
	}
	calls.Serve(func(c tracee.Caller) error { return answer(abi, c) })
	return &Service{calls: calls, abi: abi}, nil
}

// Answer answers one thread's call, or, if tid is 0, the calls of all threads that stand at one
// and that may run. It calls done for each of them. A thread that was killed meanwhile is no error:
// its exit is the next event.
// Precondition: every thread is held.
func (s *Service) Answer(tid int, mayRun func(tid int) bool, done func(tid int)) error {
	if s == nil {
		return fmt.Errorf("thread %d stopped at a system call: %w", tid, ErrNoCalls)
	}
	var errs error
	for _, id := range s.calls.Calls() {
		if tid != 0 && id != tid || !mayRun(id) {
			continue
		}
		c, err := s.calls.Caller(id)
		if err == nil {
			err = answer(s.abi, c)
		}
		done(id)
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
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
