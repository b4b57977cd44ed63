//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// served is a process that the program created and that is not debugged: it is
// traced only for its trapped calls. It has no breakpoints, its other stops are
// passed on, and it queues no events.
//
// Its own stops drive it, from take: nothing ever waits for it. A call of one
// thread makes the tracer ask the others to stop; at the stop of the last one
// the tracer answers every call made so far and resumes all threads.
type served struct {
	pid    int
	guests map[int]*guest
	maps   mappings

	shares bool // it shares the debugged process's memory, which has no breakpoints meanwhile
}

// guest is a thread of a served process.
type guest struct {
	*thread
	signal int  // the signal it was stopped for, to be delivered when it resumes
	vforks bool // asleep until the child of its vfork execs or ends
}

// serve makes a stopped process a served one.
func (p *Process) serve(pid int) *served {
	s := &served{pid: pid, guests: map[int]*guest{}}
	s.admit(p, pid)
	return s
}

// admit registers a stopped thread of the process.
func (s *served) admit(p *Process, tid int) *guest {
	g := &guest{thread: &thread{tid: tid, group: s.pid, held: true, stop: stopEvent}}
	s.guests[tid] = g
	p.served[tid] = s
	return g
}

// leave forgets a thread that has ended.
func (s *served) leave(p *Process, tid int) {
	delete(s.guests, tid)
	delete(p.served, tid)
	if len(s.guests) == 0 {
		s.maps.forget()
	}
}

// takeServed handles one wait status of a served process. An error is the
// tracer's; that a process has been killed is not an error.
func (p *Process) takeServed(s *served, tid int, status uint32) error {
	g := s.guests[tid]
	ws := unix.WaitStatus(status)
	if ws.Exited() || ws.Signaled() {
		s.leave(p, tid)
		if tid == s.pid {
			p.adoptOrphans()
		}
		var err error
		if len(s.guests) == 0 {
			err = p.returned(s)
		}
		return errors.Join(err, p.advance(s))
	}
	g.stopped()
	g.signal, g.vforks = 0, false
	_, err := p.endMigration(g.thread)
	switch event := status >> 16; event {
	case 0:
		g.stop, g.signal = stopSignal, int(ws.StopSignal())
		if g.signal == int(unix.SIGILL) {
			var ours bool
			if ours, err = p.takeIllegal(g.thread); ours {
				g.signal = 0
			}
		}
	case eventStop:
		if sig := ws.StopSignal(); sig != unix.SIGTRAP {
			g.stop, g.signal = stopGroup, int(sig)
		}
	case eventClone, eventFork, eventVfork:
		g.vforks = event == eventVfork
		err = p.takeServedChild(s, g, event)
	case eventExec:
		for id := range s.guests {
			if id != tid {
				s.leave(p, id)
			}
		}
		s.maps.forget()
		if err = p.returned(s); err == nil && p.trap == 0 {
			return p.detachServed(s)
		}
	case eventSeccomp:
		_, err = p.takeCall(g.thread)
	}
	return errors.Join(ignoreGone(err), p.advance(s))
}

// returned records that a process no longer shares the debugged one's memory.
func (p *Process) returned(s *served) error {
	if !s.shares {
		return nil
	}
	s.shares = false
	if !p.alive {
		return nil
	}
	return p.sharerGone()
}

// takeServedChild handles a served process's new thread or process.
func (p *Process) takeServedChild(s *served, g *guest, event uint32) error {
	w, e := ptraceWord(reqGetEventMsg, g.tid, 0)
	if e != 0 {
		return p.fail(g.thread, "read event message", e)
	}
	id := int(w)
	if p.served[id] != nil {
		return nil // adopted before
	}
	status, err := p.firstStop(id)
	if err != nil {
		return err
	}
	if ws := unix.WaitStatus(status); ws.Exited() || ws.Signaled() {
		return nil
	}
	if event == eventClone {
		if inGroup(s.pid, id) {
			s.admit(p, id)
			return nil
		}
	}
	return p.advance(p.serve(id))
}

// adoptOrphans serves new processes whose parents were killed before their
// event. Nothing else would ever resume them.
func (p *Process) adoptOrphans() {
	if p.trap == 0 {
		return
	}
	for id, status := range p.early {
		var parent int
		_, _ = fmt.Sscan(statusField(id, "PPid"), &parent)
		if parent == p.pid || p.served[parent] != nil || !unix.WaitStatus(status).Stopped() {
			continue // its event is still to come
		}
		delete(p.early, id)
		_ = p.advance(p.serve(id)) // only ESRCH: killed as well
	}
}

// advance runs a served process as far as possible without waiting.
func (p *Process) advance(s *served) error {
	if p.detaching {
		return p.detachServed(s)
	}
	calls := s.calls()
	if len(calls) > 0 && !s.allStopped(p) {
		p.kicker.keepTicking()
		return nil
	}
	var errs error
	for _, g := range calls {
		errs = errors.Join(errs, ignoreGone(p.answerCall(&caller{p: p, t: g.thread, maps: &s.maps})))
	}
	for _, g := range s.guests {
		if g.held {
			errs = errors.Join(errs, ignoreGone(p.resumeGuest(g)))
		}
	}
	return errs
}

// answerCall lets the Serve function answer a call, or answers as the kernel
// does untraced.
func (p *Process) answerCall(c *caller) error {
	if p.answer == nil {
		return c.Answer(noSuchCall)
	}
	return p.answer(c)
}

// calls are the threads stopped at a trapped call.
func (s *served) calls() []*guest {
	var at []*guest
	for _, g := range s.guests {
		if g.held && g.call == callWaiting {
			at = append(at, g)
		}
	}
	return at
}

// allStopped reports whether no thread of the process can run, and asks those that
// can to stop.
func (s *served) allStopped(p *Process) bool {
	yes := true
	for _, g := range s.guests {
		if g.held || g.listens || g.vforks || g.zombie {
			continue // all of these stop before they execute another instruction of the program
		}
		if g.tid == s.pid && len(s.guests) > 1 && s.leaderless() {
			g.zombie = true
			continue
		}
		p.requestStop(g.thread)
		yes = false
	}
	return yes
}

// leaderless reports whether the leader has ended before its threads: it does
// not stop, and cannot be reaped before they have ended.
func (s *served) leaderless() bool {
	st, err := readStat(s.pid, s.pid)
	if err != nil || st.state != 'Z' {
		return false
	}
	ids, err := tasks(s.pid)
	return err == nil && len(ids) > 1
}

// resumeGuest resumes a served thread and delivers its signal.
func (p *Process) resumeGuest(g *guest) error {
	if g.stop == stopGroup {
		if e := ptraceCall(reqListen, g.tid, 0, 0); e != 0 {
			return p.fail(g.thread, "listen", e)
		}
		g.held, g.listens = false, true
		return nil
	}
	return p.resume(g.thread, reqCont, g.signal)
}

// recheck runs at every tick of a wait: a leader that was asked to stop may
// have ended.
func (p *Process) recheck() error {
	var errs error
	for tid, s := range p.served {
		if tid == s.pid && len(s.calls()) > 0 {
			errs = errors.Join(errs, p.advance(s))
		}
	}
	return errs
}

// ignoreGone drops the error of a thread that was killed: its exit follows.
func ignoreGone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

// serveParent serves the process that Follow leaves. Every thread is stopped.
func (p *Process) serveParent() error {
	errs := errors.Join(p.unpinAndRoam(), p.removeAll())
	p.maps.forget()
	return errors.Join(errs, p.serveThreads(p.pid, p.order))
}

// serveThreads serves a process whose threads are stopped.
func (p *Process) serveThreads(pid int, threads []*thread) error {
	s := &served{pid: pid, guests: map[int]*guest{}}
	var errs error
	for _, t := range threads {
		if err := p.clearDebug(t); err != nil && !t.zombie {
			errs = errors.Join(errs, ignoreGone(err))
		}
		g := &guest{thread: t}
		if t.stop == stopSignal {
			g.signal = t.signal
		}
		s.guests[t.tid], p.served[t.tid] = g, s
	}
	return errors.Join(errs, p.advance(s))
}
