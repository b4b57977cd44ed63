//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// kicked is what collect returns if a kick ended the wait.
const kicked = -1

// collect waits for a status of thread tid, or of any thread if tid is -1, and
// stores it in p.status. It returns the thread's id; 0 with waitNoHang if there
// is none; or kicked.
func (p *Process) collect(tid, flags int) (int, error) {
	got, e := wait4(tid, &p.status, waitAll|waitNoThread|flags)
	switch e {
	case 0:
		return got, nil
	case unix.EINTR:
		return kicked, nil
	}
	return 0, &Error{Op: "wait", TID: max(tid, 0), Err: e}
}

// Wait returns the next event of any thread: a queued one, or the next one of a
// running thread. With no thread running and nothing queued it fails with
// ErrState instead of waiting for ever.
func (p *Process) Wait() (tracee.Event, error) {
	return p.WaitFor(func(*tracee.Event) bool { return true })
}

// WaitFor is Wait for the events that wanted accepts; the others stay queued.
func (p *Process) WaitFor(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	p.kicker.quiet()
	if err := p.recheck(); err != nil {
		return tracee.Event{}, err
	}
	for {
		if ev, ok := p.unqueueFirst(wanted); ok {
			return ev, nil
		}
		if !p.alive {
			return tracee.Event{}, &Error{Op: "wait", TID: p.pid, Err: unix.ESRCH}
		}
		if p.interrupt.Load() {
			if ev, ok := p.answerInterrupt(); ok {
				return ev, nil
			}
		}
		if !p.anyRunning() && !p.anyKilled() {
			return tracee.Event{}, &Error{Op: "wait", TID: p.pid, Err: fmt.Errorf("%w: no thread is running", ErrState)}
		}
		got, err := p.collect(-1, 0)
		if err != nil {
			return tracee.Event{}, err
		}
		if got == kicked {
			err = p.recheck()
		} else if err = p.take(got, p.status); err == nil {
			err = p.takeOthers()
		}
		if err != nil {
			return tracee.Event{}, err
		}
	}
}

// takeOthers collects the statuses that the other threads have meanwhile, so that each
// gets its turn before a resumed one reports again. wait4(2) reports a tracer's newest
// threads first (do_wait, kernel/exit.c): of 500 threads that each created another and
// ended, the older ones were not reported for minutes.
func (p *Process) takeOthers() error {
	for n := len(p.order) - 1; n > 0 && p.alive; n-- {
		got, err := p.collect(-1, waitNoHang)
		if errors.Is(err, unix.ECHILD) || err == nil && got <= 0 {
			return nil
		}
		if err == nil {
			err = p.take(got, p.status)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// anyRunning reports whether a wait can end: some thread is not stopped, apart from a
// leader that only waits to be reaped. (It is reaped after its last thread.)
func (p *Process) anyRunning() bool {
	for _, t := range p.order {
		if !t.held && (!t.zombie || p.alone(t)) {
			return true
		}
	}
	return false
}

// anyKilled looks for stopped threads that SIGKILL or another thread's
// exit_group has taken out of their stop: their exits will follow.
func (p *Process) anyKilled() bool {
	found := false
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie {
			continue
		}
		if st, err := readStat(t.tid, t.tid); err != nil || st.state != 't' {
			p.vanished(t)
			found = true
		}
	}
	return found
}

// await waits until thread t has an event, and queues the events of others. A
// zero deadline waits for ever. Only Step and Run call it, so it also returns
// an event of the whole process.
func (p *Process) await(t *thread, deadline time.Time) (tracee.Event, error) {
	for {
		for i := range p.queue {
			ev := p.queue[i]
			if concerns(&ev, t.tid) || ev.Kind == tracee.EventExec || ev.Kind == tracee.EventProcessExit {
				p.queue = append(p.queue[:i], p.queue[i+1:]...)
				return ev, nil
			}
		}
		if p.threads[t.tid] != t {
			return tracee.Event{}, &Error{Op: "wait", TID: t.tid, Err: unix.ESRCH}
		}
		if t.held {
			// It answered PTRACE_INTERRUPT, perhaps while the expected trap is still
			// pending: report the trap first, and the interrupt with the next call.
			if trapPending(t.tid) {
				if err := p.takePendingTrap(t); err != nil {
					return tracee.Event{}, err
				}
				continue
			}
			p.interrupt.Store(false)
			return tracee.Event{Kind: tracee.EventInterrupt, TID: t.tid}, nil
		}
		got, err := p.collect(-1, 0)
		if err != nil {
			return tracee.Event{}, err
		}
		if got != kicked {
			if err := p.take(got, p.status); err != nil {
				return tracee.Event{}, err
			}
			continue
		}
		if err := p.recheck(); err != nil {
			return tracee.Event{}, err
		}
		if p.interrupt.Load() && !t.asked {
			p.requestStop(t)
		}
		if !deadline.IsZero() && !time.Now().Before(deadline) {
			return tracee.Event{Kind: tracee.EventBlocked, TID: t.tid}, nil
		}
	}
}

// take updates the threads' state with one wait status and queues the event, if there is
// one. A thread that has been killed meanwhile has none, without an error: its exit is
// the next status.
func (p *Process) take(tid int, status uint32) error {
	return ignoreGone(p.takeStatus(tid, status))
}

func (p *Process) takeStatus(tid int, status uint32) error {
	ws := unix.WaitStatus(status)
	t := p.threads[tid]
	if t == nil {
		if s := p.served[tid]; s != nil {
			return p.takeServed(s, tid, status)
		}
		if ch := p.children[tid]; ch != nil {
			if ws.Exited() || ws.Signaled() {
				ch.dead = true
			}
			return nil
		}
		if (ws.Exited() || ws.Signaled()) && p.takeFormer(tid) {
			return nil
		}
		if q := p.ownerOf(tid); q != nil {
			return q.takeStatus(tid, status)
		}
		p.early[tid] = status
		return nil
	}
	if ws.Exited() || ws.Signaled() {
		return p.ended(tid, ws)
	}
	listened := t.listens
	asked := t.stopped()
	moved, err := p.endMigration(t)
	if err != nil {
		return err
	}
	switch event := status >> 16; event {
	case 0:
		if ws.StopSignal() == stoppedAtCall {
			return p.takeSyscall(t, asked)
		}
		return p.takeSignal(t, int(ws.StopSignal()))
	case eventStop:
		if moved && ws.StopSignal() == unix.SIGTRAP {
			return p.resumeMigrated(t)
		}
		return p.takeStop(t, int(ws.StopSignal()), asked && !moved, listened)
	case eventClone, eventFork, eventVfork:
		t.midcall = true
		return p.takeChild(t, event)
	case eventVforkDone:
		t.midcall = true
		if err := p.sharerGone(); err != nil {
			return err
		}
		p.push(tracee.Event{Kind: tracee.EventVforkDone, TID: tid})
		return nil
	case eventExec:
		t.midcall = true
		return p.takeExec(t)
	case eventSeccomp:
		ours, err := p.takeCall(t)
		if err != nil {
			return err
		}
		if !ours {
			return p.resume(t, t.how, 0)
		}
		p.push(tracee.Event{Kind: tracee.EventSyscall, TID: tid})
		return nil
	default:
		return &Error{Op: "wait", TID: tid, Err: fmt.Errorf("%w: unexpected stop %#x", ErrState, status)}
	}
}

// stopped records that a thread has stopped, and reports whether it was asked
// to.
func (t *thread) stopped() (asked bool) {
	asked = t.asked
	t.dying = false
	t.held, t.asked, t.listens, t.midcall, t.stop, t.signal = true, false, false, false, stopEvent, 0
	t.regs.known, t.regs.changed, t.siginfo, t.call = false, false, nil, callNone
	return asked
}

// takeStop handles PTRACE_EVENT_STOP: the answer to PTRACE_INTERRUPT, a group-stop, or,
// with SIGTRAP and unasked, the end of one. See ptrace(2), "PTRACE_EVENT stops".
func (p *Process) takeStop(t *thread, sig int, asked, listened bool) error {
	if sig == int(unix.SIGTRAP) {
		switch {
		case asked:
			return nil
		case !listened:
			return p.resume(t, t.how, 0) // a late answer to PTRACE_INTERRUPT
		}
		p.push(tracee.Event{Kind: tracee.EventGroupEnd, TID: t.tid})
		return nil
	}
	t.stop, t.signal = stopGroup, sig
	if !asked {
		p.push(tracee.Event{Kind: tracee.EventGroupStop, TID: t.tid, Signal: sig})
	}
	return nil
}

// ended handles a thread's exit. The kernel delays a leader's exit until every
// other thread has been reaped, so the leader's exit is the process's.
func (p *Process) ended(tid int, ws unix.WaitStatus) error {
	p.drop(tid)
	if tid != p.pid {
		p.push(tracee.Event{Kind: tracee.EventExit, TID: tid})
		return nil
	}
	left := p.detachGroups()
	st := tracee.ExitStatus{Signaled: ws.Signaled()}
	if ws.Signaled() {
		st.Signal, st.Core = int(ws.Signal()), ws.CoreDump()
	} else {
		st.Code = ws.ExitStatus()
	}
	p.queue = append(p.queue[:0], tracee.Event{Kind: tracee.EventProcessExit, TID: tid, Status: st})
	p.close()
	return left
}

// push queues an event.
func (p *Process) push(ev tracee.Event) { p.queue = append(p.queue, ev) }

// unqueueFirst removes and returns the oldest event that is wanted.
func (p *Process) unqueueFirst(wanted func(*tracee.Event) bool) (tracee.Event, bool) {
	i := slices.IndexFunc(p.queue, func(ev tracee.Event) bool { return wanted(&ev) })
	if i < 0 {
		return tracee.Event{}, false
	}
	ev := p.queue[i]
	p.queue = slices.Delete(p.queue, i, i+1)
	return ev, true
}

// unqueue drops the events that match.
func (p *Process) unqueue(match func(*tracee.Event) bool) {
	kept := p.queue[:0]
	for i := range p.queue {
		if !match(&p.queue[i]) {
			kept = append(kept, p.queue[i])
		}
	}
	p.queue = kept
}
