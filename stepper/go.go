package stepper

import (
	"errors"
	"slices"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// goSingle steps one instruction of a thread that moves alone.
func (e *Engine) goSingle(m *move) answer {
	th := m.th
	if sig := th.deferred; !m.began && sig != 0 && th.signal == 0 && !m.quiet && !e.alone {
		e.restoreKept(th)
		th.deferred = 0
		return e.handle(th, sig)
	}
	m.began = true
	if m.quiet {
		if err := e.passQuietly(m); err != nil {
			return fails(err)
		}
	}
	ev, err := e.resumeAndWait(m, tracee.Single)
	if err != nil {
		return fails(err)
	}
	th.fresh = false
	if ev.Kind == tracee.EventStep {
		return arrive()
	}
	return e.on(ev, m)
}

// goNative runs a thread that moves alone.
func (e *Engine) goNative(m *move) answer {
	th := m.th
	if !m.quiet {
		if a := e.beforeNative(m); !a.goesOn() {
			return a
		}
		th.runs++
	} else if err := e.passQuietly(m); err != nil {
		return fails(err)
	}
	ev, err := e.resumeAndWait(m, tracee.Freely)
	if err != nil {
		return fails(err)
	}
	if th.fresh = false; !m.keeps && !m.quiet {
		th.rseqKnown = false
	}
	return e.on(ev, m)
}

// beforeNative steps a thread off a breakpoint that it has met, before it runs alone.
func (e *Engine) beforeNative(m *move) answer {
	th := m.th
	if err := e.load(th); err != nil {
		return fails(err)
	}
	if e.stepsOff(th) {
		return then(e.unit(th), nil)
	}
	if m.lone {
		return answer{}
	}
	if a := e.quietFirst(); !a.goesOn() {
		return a
	}
	return fails(errors.Join(e.pin(th), e.watchPasses(th)))
}

// passQuietly takes a breakpoint out that a thread of a quiet phase stands at: nobody
// else can come to it.
func (e *Engine) passQuietly(m *move) error {
	if err := e.load(m.th); err != nil {
		return err
	}
	a := m.th.regs.PC()
	if !e.book.TrapAt(a) || e.isLifted(a) {
		return nil
	}
	if was := m.lifted; was != 0 {
		m.lifted = 0
		if err := e.putBack(was); err != nil {
			return err
		}
	}
	return e.liftTrap(m, a)
}

// goWide waits for what the running program brings, once every thread that may go does.
func (e *Engine) goWide(m *move) answer {
	if !e.departed {
		if a := e.depart(m); !a.goesOn() {
			return a
		}
	}
	ev, err := e.wait()
	if err != nil {
		return fails(err)
	}
	return e.on(ev, m)
}

// depart lets every thread go, unless something is to be done before: it is asked
// again afterwards.
func (e *Engine) depart(m *move) answer {
	if a := e.quietFirst(); !a.goesOn() {
		return a
	}
	if m.overdue == nil && m.watchdog.due() {
		if a := e.sample(m); !a.goesOn() {
			return a
		}
	}
	if err := e.holdAtSites(); err != nil {
		return fails(err)
	}
	if a := e.meetHere(m); !a.goesOn() {
		return a
	}
	for _, tid := range e.target.Threads() {
		if !e.mayGo(tid) {
			continue
		}
		th := e.adopt(tid)
		if e.load(th) != nil { // it is going: its exit is the next event
			continue
		}
		if e.stepsOff(th) {
			return then(e.unit(th), nil)
		}
		if th == m.th {
			continue
		}
		if a := e.throughHere(th); !a.goesOn() {
			return a
		}
	}
	if err := e.resumeAll(m.th.tid); err != nil {
		return fails(err)
	}
	return answer{}
}

// mayGo reports whether a thread is about to be let go.
func (e *Engine) mayGo(tid int) bool {
	return e.target.Held(tid) && !e.target.Queued(tid) && e.mayRun(tid)
}

// holdAtSites holds every thread where one runs on, because a step or a run of it
// has lost patience, and another stands at a breakpoint: stepped off it, or asked
// about it, while the first runs, it would let that pass the breakpoint unseen.
func (e *Engine) holdAtSites() error {
	runs, stands := false, false
	for _, tid := range e.target.Threads() {
		switch {
		case !e.target.Held(tid):
			runs = true
		case !e.target.Queued(tid) && e.mayRun(tid):
			stands = stands || e.standsAtSite(e.adopt(tid))
		}
	}
	if !runs || !stands {
		return nil
	}
	return e.hold()
}

// standsAtSite reports whether a held thread is at a breakpoint.
func (e *Engine) standsAtSite(th *thread) bool {
	return e.load(th) == nil && (e.book.TrapAt(th.regs.PC()) || e.hardwareAt(th.regs.PC()))
}

// stepsOff reports whether a held thread stands at a breakpoint that was met already.
func (e *Engine) stepsOff(th *thread) bool {
	at := th.stoppedAt
	return at != 0 && th.regs.PC() == at && !e.isLifted(at) && (e.book.TrapAt(at) || e.hardwareAt(at))
}

// isLifted reports whether a breakpoint is out for a thread to pass it.
func (e *Engine) isLifted(a table.Addr) bool {
	return slices.ContainsFunc(e.moves, func(m *move) bool { return m.lifted == a })
}

// meetHere decides, in turns, for the threads that stand at planted breakpoints, as
// if they had continued and hit them: they came there while another thread's
// breakpoint was dealt with. If they were released instead, wait4(2), which reports
// the newest tracee first, would serve the same few threads and starve the rest.
func (e *Engine) meetHere(m *move) answer {
	for _, tid := range e.turns(m) {
		if !e.target.Alive() {
			break
		}
		if !e.mayGo(tid) {
			continue
		}
		th := e.adopt(tid)
		if th.signal != 0 || e.load(th) != nil || e.toBeRestarted(th) { // its handler, its end, or its system call comes first
			continue
		}
		pc := th.regs.PC()
		if !e.book.TrapAt(pc) || th.stoppedAt == pc {
			continue
		}
		if a := e.meet(th, pc); !a.goesOn() {
			return a
		}
	}
	return answer{}
}

// turns is the order in which threads that stand at breakpoints are asked. The one
// that travels is first. Where none does, so that each is as good as the other, the
// ones behind the last that has stopped the program are: asked in the same order
// each time, of two threads in one loop the same one would always stop it.
func (e *Engine) turns(m *move) []int {
	all := e.target.Threads()
	if !m.free || m.over {
		return append([]int{m.th.tid}, all...)
	}
	next := slices.Index(all, e.met) + 1
	return append(all[next:len(all):len(all)], all[:next]...)
}

// goJoining lets every thread take part in a stop by job control that the stepped
// one has come to, and waits for its end. The kernel tells the parent (a shell's
// waitpid with WUNTRACED) when the last thread has stopped. A thread that is let go
// executes nothing before it stops, and reports the end before it executes anything
// more (ptrace(2), "Group-stop"), so what is planted may stay as it is.
func (e *Engine) goJoining(m *move) answer {
	if !e.departed {
		for _, tid := range e.target.Threads() {
			if err := e.joinGroupStop(tid); err != nil {
				return fails(err)
			}
		}
		e.released, e.departed = true, true
	}
	ev, err := e.wait()
	if err != nil {
		return fails(err)
	}
	switch {
	case ev.Kind == tracee.EventGroupEnd && ev.TID == m.th.tid:
		return arrive()
	case ev.Kind == tracee.EventGroupEnd:
		return answer{} // held until the step is done
	case ev.Kind == tracee.EventGroupStop, ev.Kind == tracee.EventInterrupt && !e.interrupt.pending():
		return fails(e.joinGroupStop(ev.TID))
	}
	return e.on(ev, m)
}

// joinGroupStop lets one thread go into the stop. The signal it is owed waits until then.
func (e *Engine) joinGroupStop(tid int) error {
	if !e.target.Held(tid) || e.target.Queued(tid) {
		return nil
	}
	th := e.adopt(tid)
	th.fresh, th.rseqKnown = false, false
	th.runs++
	err := e.release(th, 0, tracee.Freely)
	if isGone(err) {
		return nil // its exit is the next event
	}
	return err
}
