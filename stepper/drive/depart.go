package drive

import (
	"slices"

	"rseqstep/table"
)

// depart resumes every thread, unless something must be done first. In that case the loop calls
// depart again afterwards.
func (d *Driver) depart(m *Move) Answer {
	if a := d.mind.First(); !a.GoesOn() {
		return a
	}
	if m.Overdue == nil && m.Watchdog.due() {
		if a := d.look(m); !a.GoesOn() {
			return a
		}
	}
	if err := d.holdAtSites(); err != nil {
		return Fails(err)
	}
	if a := d.meetHere(m); !a.GoesOn() {
		return a
	}
	for _, tid := range d.target.Threads() {
		if !d.mayGo(tid) {
			continue
		}
		th := d.Adopt(tid)
		if d.Load(th) != nil { // the thread is dying: its exit is the next event
			continue
		}
		if d.stepsOff(th) {
			if s := d.stepping(th); s != nil && s.from == th.StoppedAt {
				return d.stepAlone(s)
			}
			return Then(d.mind.Unit(th), nil)
		}
		if th == m.Thread || !d.standsAtSite(th) {
			continue
		}
		if a := d.mind.Through(th, false); !a.GoesOn() {
			return a
		}
	}
	if err := d.resumeAll(m.Thread.TID); err != nil {
		return Fails(err)
	}
	return Answer{}
}

// stepAlone makes a thread whose single step took long execute its instruction while the others are
// held, because it stands at the breakpoint that it was to get off.
func (d *Driver) stepAlone(step *Move) Answer {
	at := step.from
	step.Thread.StoppedAt = 0
	if step == d.moves[len(d.moves)-1] {
		step.wide = false
		return Fails(d.Lift(step, at))
	}
	again := &Move{Thread: step.Thread}
	again.Ask = func(*Move) Answer {
		if err := d.Lift(again, at); err != nil {
			return Fails(err)
		}
		return Then(&Move{Thread: step.Thread, Gait: Single, Alone: step.Alone}, Arrive)
	}
	return Then(again, func() Answer { return Answer{arrived: true, of: step} })
}

// mayGo reports whether the command is about to resume a thread.
func (d *Driver) mayGo(tid int) bool {
	return d.target.Held(tid) && !d.target.Queued(tid) && d.MayRun(tid)
}

// holdAtSites holds every thread if one of them runs because a step or run has exceeded its
// patience and another one stands at a breakpoint. To step the second thread off its breakpoint,
// or to decide about it, the debugger removes the breakpoint, and the running thread could
// execute that place unnoticed.
func (d *Driver) holdAtSites() error {
	runs, stands := false, false
	for _, tid := range d.target.Threads() {
		switch {
		case !d.target.Held(tid):
			runs = true
		case !d.target.Queued(tid) && d.MayRun(tid):
			stands = stands || d.standsAtSite(d.Adopt(tid))
		}
	}
	if !runs || !stands {
		return nil
	}
	return d.Hold()
}

// standsAtSite reports whether a held thread is at a breakpoint.
func (d *Driver) standsAtSite(th *Thread) bool {
	return d.Load(th) == nil && (d.book.TrapAt(th.Regs.PC()) || d.book.HardwareAt(th.Regs.PC()))
}

// stepsOff reports whether a held thread is at a breakpoint that it has already hit.
func (d *Driver) stepsOff(th *Thread) bool {
	at := th.StoppedAt
	return at != 0 && th.Regs.PC() == at && !th.Aborted && !d.isLifted(at) && (d.book.TrapAt(at) || d.book.HardwareAt(at))
}

// isLifted reports whether the breakpoint at a is removed so that a thread can execute the
// instruction that it replaces.
func (d *Driver) isLifted(a table.Addr) bool {
	return slices.ContainsFunc(d.moves, func(m *Move) bool { return m.lifted == a })
}

// meetHere decides, in turns, for the threads that stand at inserted breakpoints, as if they had
// continued and hit them: they arrived there while the debugger handled another thread's
// breakpoint. If they were released instead, wait4(2), which reports the newest tracee first,
// would serve the same few threads and starve the rest.
func (d *Driver) meetHere(m *Move) Answer {
	for _, tid := range d.turns(m) {
		if !d.target.Alive() {
			break
		}
		if !d.mayGo(tid) {
			continue
		}
		th := d.Adopt(tid)
		if th.Signal != 0 || d.Load(th) != nil || d.Restarts(th) { // its handler, its exit or its system call comes first
			continue
		}
		pc := th.Regs.PC()
		if !d.book.TrapAt(pc) || th.StoppedAt == pc || th.Aborted {
			continue
		}
		if a := d.meet(th, pc); !a.GoesOn() {
			return a
		}
	}
	return Answer{}
}

// turns returns the order in which meetHere decides about the threads that stand at breakpoints.
// The thread of the move m is first. If m has no such thread, the order starts behind the thread
// that stopped the program last. With a fixed order, the same one of two threads in one loop
// would stop the program every time.
func (d *Driver) turns(m *Move) []int {
	all := d.target.Threads()
	if !m.Free || m.Over {
		return append([]int{m.Thread.TID}, all...)
	}
	next := slices.Index(all, d.met) + 1
	return append(all[next:len(all):len(all)], all[:next]...)
}
