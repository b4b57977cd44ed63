//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// kicked is what collect returns for a wait that was ended by a kick.
const kicked = -1

// collect waits for a status of the thread tid, or of any when tid is -1,
// and leaves it in p.status. It returns whose it is; 0 with waitNoHang when
// there is none; kicked.
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

// Wait returns the next event of any thread that wanted takes (nil: every one): a
// queued one, or the next that a running thread brings. The others stay queued. With
// no thread running and nothing queued it fails with ErrState instead of waiting for
// ever.
func (p *Process) Wait(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	if wanted == nil {
		wanted = func(*tracee.Event) bool { return true }
	}
	p.kicker.quiet()
	if err := p.recheck(); err != nil {
		return tracee.Event{}, err
	}
	for {
		if p.overdue() {
			if ev, ok := p.answerInterrupt(); ok {
				return ev, nil
			}
		}
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

// overdue reports whether an interrupt has waited while each thread's event was returned. Threads
// that meet breakpoints faster than the caller answers always have one more.
func (p *Process) overdue() bool {
	if !p.interrupt.Load() {
		p.passed = 0
		return false
	}
	p.passed++
	return p.passed > len(p.order)+1
}

// takeOthers takes what the other threads have brought meanwhile, so that each has its
// turn before one that goes on brings the next. wait4(2) tells of a tracer's
// newest threads first (do_wait, kernel/exit.c): of 500 that each made another and
// ended, the older ones were never told of, for minutes.
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

// anyRunning reports whether a wait can end: some thread is not held, a
// leader that only waits to be reaped aside. (It is reaped after its last thread.)
func (p *Process) anyRunning() bool {
	for _, t := range p.order {
		if !t.held && (!t.zombie || p.alone(t)) {
			return true
		}
	}
	return false
}

// anyKilled looks for threads that we hold and that SIGKILL or another
// thread's exit_group has taken out of their stop: their ends are on the way.
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

// await waits until thread t has something to say, and queues what others
// say meanwhile. deadline zero waits without end. Only Step and Run call it,
// so an event that concerns the whole process is theirs to return as well.
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
			// It answered PTRACE_INTERRUPT, perhaps with the trap waited for
			// still pending: that comes first, the interrupt with the next call.
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

// take works one wait status into the threads' state and queues the event it
// makes, if it makes one. A thread that is killed meanwhile makes none and is no
// error: its exit is the next status.
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
	if status != stoppedByTrap {
		if err := p.leaveOver(t); err != nil {
			return err
		}
	}
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
		return &Error{Op: "wait", TID: tid, Err: fmt.Errorf("%w: stop %#x was not asked for", ErrState, status)}
	}
}

// stopped notes that a thread has stopped, and reports whether it was asked to.
func (t *thread) stopped() (asked bool) {
	asked = t.asked
	t.dying = false
	t.held, t.asked, t.listens, t.midcall, t.stop, t.signal = true, false, false, false, stopEvent, 0
	t.regs.known, t.regs.changed, t.siginfo, t.call = false, false, nil, callNone
	return asked
}

// takeStop is PTRACE_EVENT_STOP: the answer to PTRACE_INTERRUPT, a group-stop,
// or, with SIGTRAP and unasked, the end of one. See ptrace(2), "PTRACE_EVENT stops".
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

// ended works in a thread's exit. The kernel holds a leader's exit back until
// every other thread has been reaped, so the leader's is the process's.
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

// unqueueFirst takes the oldest event that is wanted.
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
