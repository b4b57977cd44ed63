//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// resume resumes a stopped thread. A thread that has been killed meanwhile
// counts as resumed: its exit is the next event.
func (p *Process) resume(t *thread, req, sig int) error {
	if err := p.takeBackCall(t); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	req, err := p.readyResume(t, req)
	if err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	pass := 0
	if sig != 0 {
		var err error
		if pass, err = p.prepareSignal(t, sig); err != nil {
			return err
		}
	}
	p.migrate(t)
	if req == reqSingleStep || p.changed {
		p.armExitKill(t)
	} else {
		p.disarmExitKill(t)
	}
	if e := ptraceCall(req, t.tid, 0, uintptr(pass)); e != 0 {
		if err := p.fail(t, "resume", e); e != unix.ESRCH || unix.Gettid() != p.owner {
			return err
		}
	}
	t.held, t.how, t.regs.known = false, req, false
	t.skipped, t.call = t.call == callAnswered, callNone
	return nil
}

// prepareSignal returns the signal argument of a resuming request that is to
// deliver sig. Only a signal-delivery-stop (ptrace(2)) can carry one; in any
// other stop prepareSignal sends the signal, and its later stop is passed on
// unreported.
func (p *Process) prepareSignal(t *thread, sig int) (int, error) {
	if t.stop == stopSignal || t.stop == stopTrap {
		if t.siginfo != nil && int(t.siginfo[0]) == sig {
			if _, e := ptraceBytes(reqSetSiginfo, t.tid, 0, t.siginfo); e != 0 {
				return 0, p.fail(t, "restore siginfo", e)
			}
		}
		return sig, nil
	}
	return 0, p.send(t, sig)
}

// Send implements tracee.SenderTarget.
func (p *Process) Send(tid, sig int) error {
	t, err := p.find(tid, "send signal")
	if err != nil {
		return err
	}
	return p.send(t, sig)
}

func (p *Process) send(t *thread, sig int) error {
	if err := unix.Tgkill(t.group, t.tid, unix.Signal(sig)); err != nil {
		return &Error{Op: "send signal", TID: t.tid, Err: err}
	}
	t.ownSignals = append(t.ownSignals, sig)
	return nil
}

// Resume resumes a stopped thread and does not wait. A thread with an event
// that Wait has not returned yet stays stopped, so that no event is lost. A
// thread in a group-stop stays stopped for job control (PTRACE_LISTEN) until a
// SIGCONT.
func (p *Process) Resume(tid, sig int) error { return p.resumeWith(tid, reqCont, sig) }

func (p *Process) resumeWith(tid, req, sig int) error {
	req = p.reporting(tid, req, sig)
	p.kicker.quiet()
	t, err := p.findHeld(tid, "resume")
	if err != nil {
		return err
	}
	if p.Queued(tid) {
		return nil
	}
	if t.stop == stopGroup && req != reqSingleStep && sig == 0 {
		if e := ptraceCall(reqListen, tid, 0, 0); e != 0 && e != unix.ESRCH {
			return p.fail(t, "listen", e)
		}
		t.held, t.how, t.listens, t.regs.known = false, req, true, false
		return nil
	}
	return p.resume(t, req, sig)
}

// Queued reports whether Wait's queue has an event of the thread, or the one
// that announces it. Such a thread is not resumed.
func (p *Process) Queued(tid int) bool {
	for i := range p.queue {
		if concerns(&p.queue[i], tid) {
			return true
		}
	}
	return false
}

// concerns reports whether a thread must not move before ev is reported.
func concerns(ev *tracee.Event, tid int) bool {
	return ev.TID == tid || ev.Kind == tracee.EventClone && ev.Child == tid
}

// Run resumes one stopped thread and waits for it. If the thread has an unreported event,
// Run returns that instead and the thread does not move (Event.Still); likewise
// EventInterrupt, if Interrupt was called before.
func (p *Process) Run(tid, sig int, patience time.Duration) (tracee.Event, error) {
	return p.runFor(tid, reqCont, sig, patience)
}

// runFor is the common part of Step and Run.
func (p *Process) runFor(tid, req, sig int, patience time.Duration) (tracee.Event, error) {
	t, err := p.find(tid, "run")
	if err != nil {
		return tracee.Event{}, err
	}
	still := p.Queued(tid)
	if !still {
		if !t.held {
			return tracee.Event{}, t.notHeld("run")
		}
		if p.interrupt.CompareAndSwap(true, false) {
			return tracee.Event{Kind: tracee.EventInterrupt, TID: tid, Still: true}, nil
		}
		if err := p.resume(t, p.reporting(tid, req, sig), sig); err != nil {
			return tracee.Event{}, err
		}
	}
	var deadline time.Time
	if patience > 0 {
		deadline = time.Now().Add(patience)
		p.kicker.set(patience, tick)
		defer p.kicker.quiet()
	}
	ev, err := p.await(t, deadline)
	ev.Still = still
	return ev, err
}
