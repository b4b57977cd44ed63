package drive

import (
	"fmt"

	"rseqstep/stepper/tracee"
)

// handle delivers the signal to the thread. If it has a handler, the thread runs until the
// handler has returned to the PC where the thread stands now.
func (d *Driver) handle(th *Thread, sig int) Answer {
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	if err := d.QueueSignal(th, sig); err != nil {
		return Fails(err)
	}
	return Then(d.mind.Handler(th), nil)
}

// QueueSignal makes sig the signal that the thread gets when it resumes. An earlier signal that
// the debugger has not delivered yet becomes pending in the kernel.
func (d *Driver) QueueSignal(th *Thread, sig int) error {
	before := th.Signal
	th.Signal = sig
	if before == 0 {
		return nil
	}
	t, ok := d.target.(tracee.SenderTarget)
	if !ok {
		th.Signal = before
		return fmt.Errorf("thread %d is still to have signal %d, and cannot be given signal %d as well", th.TID, before, sig)
	}
	if err := t.Send(th.TID, before); err != nil && !tracee.IsGone(err) {
		return err
	}
	return nil
}

// keepBack keeps a signal that passes without a report until the instruction has run, if a signal
// has already interrupted the same instruction. Otherwise a timer that fires more often than its
// handler takes under a debugger would prevent all progress.
func (d *Driver) keepBack(th *Thread, ev *tracee.Event) bool {
	if d.mind.Concern(ev) != Silent || th.Deferred != 0 && (th.Deferred != ev.Signal || ev.Signal >= firstRealTime) {
		return false
	}
	d.Keep(th, ev.Signal)
	return true
}

// waits reports whether a signal that arrived during a lone step waits for the end of the step,
// and so the thread must repeat the step. A signal that is blocked now, and a fault, go back to
// the thread with the repeated step: the kernel queues a blocked signal again, with its siginfo_t
// (ptrace_signal, kernel/signal.c), and the handler of a fault begins with that step.
func (d *Driver) waits(th *Thread, ev *tracee.Event) bool {
	if d.mind.Concern(ev) != Silent {
		return false
	}
	if ev.Signal != sigStop && (d.book.Blocked(th.TID) || heldBack>>(ev.Signal-1)&1 == 0) {
		th.Signal = ev.Signal
		return true
	}
	return d.keepBack(th, ev)
}

// sigStop is SIGSTOP, which cannot be blocked (signal(7)).
const sigStop = 19

// Keep keeps the signal, with its siginfo_t, that stopped the held thread until the thread has
// executed an instruction.
func (d *Driver) Keep(th *Thread, sig int) {
	th.Deferred, th.keptInfo = sig, nil
	if info, err := d.target.Siginfo(th.TID); err == nil {
		th.keptInfo = info
	}
}

// RestoreKept makes the kept signal the one that the held thread is stopped for, so that the
// program gets it as it was sent.
func (d *Driver) RestoreKept(th *Thread) {
	info := th.keptInfo
	th.keptInfo = nil
	if t, ok := d.target.(tracee.CallingTarget); ok && len(info) > 0 && int(info[0]) == th.Deferred {
		if err := t.RestoreSignal(th.TID, th.Deferred, info); err != nil && !tracee.IsGone(err) {
			d.Notify("signal %d is delivered without what it was sent with: %v", th.Deferred, err)
		}
	}
}

// firstRealTime is the kernel's SIGRTMIN. A signal below it is pending at most once; the kernel
// queues the others (signal(7)).
const firstRealTime = 32

// onSignal handles a signal that a thread has received. If its handler passes without a report in
// the middle of a single step, the handler runs to its end, as in gdb.
func (d *Driver) onSignal(ev tracee.Event, m *Move) Answer {
	th := d.Adopt(ev.TID)
	a, passes := d.mind.Signal(th, ev)
	if !a.GoesOn() {
		return a
	}
	if passes {
		if o := d.stepping(th); o != nil && !m.Quiet {
			if err := d.Pause(); err != nil {
				return Fails(err)
			}
			return d.handle(th, ev.Signal)
		}
		if err := d.QueueSignal(th, ev.Signal); err != nil {
			return Fails(err)
		}
	}
	if m.Quiet {
		return Arrive() // the phase is over
	}
	return Fails(d.goOn(ev.TID))
}

// stepping returns the move that single-steps a thread, nil if there is none.
func (d *Driver) stepping(th *Thread) *Move {
	for i := len(d.moves) - 1; i >= 0; i-- {
		if m := d.moves[i]; m.Thread == th && m.Gait != Planned {
			if m.Gait == Single {
				return m
			}
			return nil
		}
	}
	return nil
}
