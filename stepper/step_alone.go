package stepper

import (
	"context"
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// StepAlone is StepInstruction of one instruction for a client that has taken a
// breakpoint out to step a thread off it, and goes on with all threads as soon as
// it has put it in again, as Delve does: signals that pass silently wait until the
// step has ended, so that no handler runs meanwhile, which might not come back
// (Go's preemption leads to the scheduler). The signals that an instruction raises
// itself do not wait: their handler begins, and the step ends there.
func (e *Engine) StepAlone(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.entering, e.alone = e.policy.Inside, true
		defer func() { e.entering, e.alone = false, false }()
		blocked, err := e.blockFor(th)
		if err != nil {
			return nil, err
		}
		stop, err := e.stepOne(th)
		if blocked && th.quiet == nil { // a quiet phase keeps them blocked to its end
			err = errors.Join(err, e.unblockSignals(th))
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

// blockFor blocks the thread's signals for its next instruction, so that the kernel
// keeps them. It does not where that is a system call: it may look at the mask,
// change it or hand it on to a child, and a signal may have to end its wait.
func (e *Engine) blockFor(th *thread) (bool, error) {
	if e.book.Blocked(th.tid) {
		return false, nil
	}
	if err := e.load(th); err != nil {
		return false, err
	}
	insn, err := e.sections.Decode(th.regs.PC())
	if err != nil || insn.Kind == machine.Syscall || th.inCall || e.toBeRestarted(th) {
		if th.signal != 0 && th.deferred == 0 { // it was taken before
			th.keepSignal(e.target, th.signal)
			th.signal = 0
		}
		return false, nil
	}
	if th.signal == 0 && th.deferred != 0 {
		e.restoreKept(th)
		th.signal, th.deferred = th.deferred, 0
	}
	return true, e.blockSignals(th)
}

// waits reports whether a signal that came in a step alone waits for its end. One
// that is blocked meanwhile is resumed with: the kernel queues it again, with its
// siginfo_t (ptrace_signal, kernel/signal.c). One that cannot be blocked is a
// fault, whose handler begins by that.
func (e *Engine) waits(th *thread, ev tracee.Event) bool {
	if ev.Kind != tracee.EventSignal || e.points.Catches(&ev) {
		return false
	}
	d := e.signals.Of(ev.Signal)
	if d.Stop || d.Print || !d.Pass {
		return false
	}
	if ev.Signal != sigStop && (e.book.Blocked(th.tid) || heldBack>>(ev.Signal-1)&1 == 0) {
		th.signal = ev.Signal
		return true
	}
	return e.keepBack(th, ev)
}

// sigStop is SIGSTOP, which cannot be blocked (signal(7)).
const sigStop = 19
