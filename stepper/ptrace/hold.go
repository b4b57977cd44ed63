//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// stuckAfter is how long Hold waits for a thread in an uninterruptible wait,
// such as the parent in a vfork, before it says so.
const stuckAfter = 3 * time.Second

// Interrupt makes the Wait, Step or Run that is going on return an
// EventInterrupt soon, or else the next one, at once. Any goroutine may call it.
func (p *Process) Interrupt() {
	if p.interrupt.Swap(true) {
		return
	}
	// A kick that comes between the waiter's look at the flag and its wait4 is
	// lost, so it is repeated until somebody answers.
	go func() {
		for pause := 2 * time.Millisecond; p.interrupt.Load() && !p.gone.Load(); pause = min(2*pause, 200*time.Millisecond) {
			p.kicker.kick()
			time.Sleep(pause)
		}
	}()
}

// answerInterrupt gives Wait its EventInterrupt, of any thread that is held.
// While none is, it asks one to stop, another one at every kick.
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
		p.ask(next)
	}
	return tracee.Event{}, false
}

// ask sends PTRACE_INTERRUPT. Any trap clears a pending one (ptrace_stop,
// kernel/signal.c), so when the thread stops for another reason first none is
// left over. A thread that refuses is dying, and its exit is on its way.
func (p *Process) ask(t *thread) {
	if !t.asked && !t.held && !t.zombie {
		t.asked = ptraceCall(reqInterrupt, t.tid, 0, 0) == 0
	}
}

// Hold stops every running thread and returns when all are held. Breakpoints
// that were run into and not reported yet are taken back: their threads stand
// on them and meet them again.
func (p *Process) Hold() error {
	if !p.alive {
		return nil
	}
	begin := time.Now()
	for {
		waiting := false
		for _, t := range p.order {
			if !t.held && !t.zombie {
				p.ask(t)
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
// ended before its threads never will, and one in an uninterruptible wait may
// take for ever.
func (p *Process) checkStuck(begin time.Time) error {
	var err error
	for _, t := range p.order {
		if t.held || t.zombie {
			continue
		}
		st, e := readStat(t.tid, t.tid)
		switch {
		case e != nil:
			// Gone: its exit is the next status.
		case st.state == 'Z' && t.tid == t.group && !p.alone(t):
			t.zombie = true
		case st.state == 'D' && time.Since(begin) > stuckAfter:
			err = errors.Join(err, &Error{Op: "hold", TID: t.tid,
				Err: fmt.Errorf("%w: it is in an uninterruptible wait", unix.EBUSY)})
		}
	}
	return err
}
