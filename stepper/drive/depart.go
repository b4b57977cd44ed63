package drive

import (
	"slices"

	"rseqstep/table"
)

// depart lets every thread go, unless something is to be done before: it is asked
// again afterwards.
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
		if d.Load(th) != nil { // it is going: its exit is the next event
			continue
		}
		if d.stepsOff(th) {
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

// mayGo reports whether a thread is about to be let go.
func (d *Driver) mayGo(tid int) bool {
	return d.target.Held(tid) && !d.target.Queued(tid) && d.MayRun(tid)
}

// holdAtSites holds every thread where one runs on, because a step or a run of it
// has lost patience, and another stands at a breakpoint: stepped off it, or asked
// about it, while the first runs, it would let that pass the breakpoint unseen.
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

// stepsOff reports whether a held thread stands at a breakpoint that was met already.
func (d *Driver) stepsOff(th *Thread) bool {
	at := th.StoppedAt
	return at != 0 && th.Regs.PC() == at && !d.isLifted(at) && (d.book.TrapAt(at) || d.book.HardwareAt(at))
}

// isLifted reports whether a breakpoint is out for a thread to pass it.
func (d *Driver) isLifted(a table.Addr) bool {
	return slices.ContainsFunc(d.moves, func(m *Move) bool { return m.lifted == a })
}

// meetHere decides, in turns, for the threads that stand at planted breakpoints, as
// if they had continued and hit them: they came there while another thread's
// breakpoint was dealt with. If they were released instead, wait4(2), which reports
// the newest tracee first, would serve the same few threads and starve the rest.
func (d *Driver) meetHere(m *Move) Answer {
	for _, tid := range d.turns(m) {
		if !d.target.Alive() {
			break
		}
		if !d.mayGo(tid) {
			continue
		}
		th := d.Adopt(tid)
		if th.Signal != 0 || d.Load(th) != nil || d.Restarts(th) { // its handler, its end, or its system call comes first
			continue
		}
		pc := th.Regs.PC()
		if !d.book.TrapAt(pc) || th.StoppedAt == pc {
			continue
		}
		if a := d.meet(th, pc); !a.GoesOn() {
			return a
		}
	}
	return Answer{}
}

// turns is the order in which threads that stand at breakpoints are asked. The one
// that travels is first. Where none does, so that each is as good as the other, the
// ones behind the last that has stopped the program are: asked in the same order
// each time, of two threads in one loop the same one would always stop it.
func (d *Driver) turns(m *Move) []int {
	all := d.target.Threads()
	if !m.Free || m.Over {
		return append([]int{m.Thread.TID}, all...)
	}
	next := slices.Index(all, d.met) + 1
	return append(all[next:len(all):len(all)], all[:next]...)
}
