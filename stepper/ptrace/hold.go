//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// stuckAfter is how long Hold waits for a thread in an uninterruptible wait,
// such as the parent in a vfork, before it returns an error.
const stuckAfter = 3 * time.Second

// Interrupt makes the current Wait, Step or Run, or else the next one, return an
// EventInterrupt soon. Any goroutine may call it.
func (p *Process) Interrupt() {
	if p.interrupt.Swap(true) {
		return
	}
	// A kick between the waiter's check of the flag and its wait4 is lost, so
	// repeat it until the waiter answers.
	go func() {
		for pause := 2 * time.Millisecond; p.interrupt.Load() && !p.gone.Load(); pause = min(2*pause, 200*time.Millisecond) {
			p.kicker.kick()
			time.Sleep(pause)
		}
	}()
}

// answerInterrupt returns the EventInterrupt for Wait, on any stopped thread.
// While no thread is stopped, it asks one to stop, and another one at every
// kick.
func (p *Process) answerInterrupt() (tracee.Event, bool) {
	var next *thread
	for _, t := range p.order {
		if t.held {
			p.interrupt.Store(false)
			return tracee.Event{Kind: tracee.EventInterrupt, TID: t.tid}, true
		}
		if next == nil && !t.asked && !t.zombie {
			next = t
		}
	}
	if next != nil {
		p.requestStop(next)
	}
	return tracee.Event{}, false
}

// requestStop sends PTRACE_INTERRUPT. Any trap clears a pending one (ptrace_stop,
// kernel/signal.c), so if the thread stops first for another reason, none is
// left over. If the request fails, the thread is dying and its exit follows.
func (p *Process) requestStop(t *thread) {
	if !t.asked && !t.held && !t.zombie {
		t.asked = ptraceCall(reqInterrupt, t.tid, 0, 0) == 0
	}
}

// Hold stops every running thread and returns when all are stopped. It
// withdraws unreported breakpoint events: their threads are back at the
// breakpoints and hit them again.
func (p *Process) Hold() error {
	if !p.alive {
		return nil
	}
	begin := time.Now()
	for {
		waiting := false
		for _, t := range p.order {
			if !t.held && !t.zombie {
				p.requestStop(t)
				waiting = true
			}
		}
		if !waiting {
			moved, err := p.drain()
			if err != nil || !p.alive {
				return err
			}
			if !moved {
				break
			}
			continue
		}
		p.kicker.keepTicking()
		got, err := p.collect(-1, 0)
		if err != nil {
			return err
		}
		if got == kicked {
			err = errors.Join(p.checkStuck(begin), p.recheck())
		} else {
			err = p.take(got, p.status)
		}
		if err != nil || !p.alive {
			return err
		}
	}
	p.kicker.quiet()
	p.unqueue(func(ev *tracee.Event) bool { return ev.Kind == tracee.EventBreakpoint })
	return nil
}

// checkStuck looks at the threads that have not stopped yet: a leader that has
// ended before its threads never stops, and an uninterruptible wait may last
// for ever.
func (p *Process) checkStuck(begin time.Time) error {
	var err error
	for _, t := range p.order {
		if t.held || t.zombie {
			continue
		}
		st, e := readStat(t.tid, t.tid)
		switch {
		case e != nil:
			// It has ended: its exit is the next status.
		case st.state == 'Z' && t.tid == t.group && !p.alone(t):
			t.zombie = true
		case st.state == 'D' && time.Since(begin) > stuckAfter:
			err = errors.Join(err, &Error{Op: "hold", TID: t.tid,
				Err: fmt.Errorf("%w: it is in an uninterruptible wait", unix.EBUSY)})
		}
	}
	return err
}
