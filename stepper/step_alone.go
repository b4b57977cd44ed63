package stepper

import (
	"context"
	"errors"

	"rseqstep/stepper/machine"
)

// StepAlone is StepInstruction of one instruction for a client that has removed a breakpoint to
// step a thread off it, and resumes all threads as soon as it has inserted the breakpoint
// again, as Delve does. Signals that pass silently wait until the step has ended, so that no
// handler runs meanwhile that might not return (Go's preemption leads to the scheduler). The
// signals that the instruction itself raises do not wait: their handler begins, and the step
// ends there.
func (e *Engine) StepAlone(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.entering, e.drive.Holds = e.policy.Inside, true
		defer func() { e.entering, e.drive.Holds = false, false }()
		blocked, err := e.blockFor(th)
		if err != nil {
			return nil, err
		}
		stop, err := e.stepOne(th)
		if blocked && th.quiet == nil { // a quiet phase keeps them blocked to its end
			err = errors.Join(err, e.drive.UnblockSignals(th.Thread))
		}
		if stop != nil || err != nil {
			return stop, err
		}
		if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
			return stop, err
		}
		return nil, e.showInner(th)
	})
}

// blockFor blocks the thread's signals for its next instruction, so that the kernel keeps them
// pending. It does not if that instruction is a system call, which may read the mask, change it
// or pass it on to a child, and a signal may have to end its wait.
func (e *Engine) blockFor(th *thread) (bool, error) {
	if e.book.Blocked(th.TID) {
		return false, nil
	}
	if err := e.load(th); err != nil {
		return false, err
	}
	insn, err := e.sections.Decode(th.Regs.PC())
	if err != nil || insn.Kind == machine.Syscall || th.InCall || e.drive.Restarts(th.Thread) {
		if th.Signal != 0 && th.Deferred == 0 { // taken from the kernel before this step
			e.drive.Keep(th.Thread, th.Signal)
			th.Signal = 0
		}
		return false, nil
	}
	if th.Signal == 0 && th.Deferred != 0 {
		e.drive.RestoreKept(th.Thread)
		th.Signal, th.Deferred = th.Deferred, 0
	}
	return true, e.drive.BlockSignals(th.Thread)
}
