package stepper

import (
	"context"
	"errors"
	"rseqstep/stepper/drive"
)

// StepAlone is StepInstruction of one instruction for a client that has removed a breakpoint to
// step a thread off it, and resumes all threads as soon as it has inserted the breakpoint
// again, as Delve does. Signals that pass silently wait until the step has ended, so that no
// handler runs meanwhile that might not return (Go's preemption leads to the scheduler). The
// signals that the instruction itself raises do not wait: their handler begins, and the step
// ends there.
func (e *Engine) StepAlone(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.units.Entering, e.drive.Holds = e.policy.Inside, true
		defer func() { e.units.Entering, e.drive.Holds = false, false }()
		blocked, err := e.units.BlockFor(th)
		if err != nil {
			return nil, err
		}
		stop, err := e.stepOne(th)
		if blocked && !e.units.Quiet.In(th) { // a quiet phase keeps them blocked to its end
			err = errors.Join(err, e.drive.UnblockSignals(th))
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
