package stepper

import (
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
)

// breakpointEvent decides at a planted breakpoint and lets the program go on
// when it decides neither way.
func (e *Engine) breakpointEvent(ev tracee.Event, tr *traps) (bool, *Stop, error) {
	if err := e.pause(); err != nil {
		return false, nil, err
	}
	if arrived, stop, err := e.meet(ev, tr); arrived || stop != nil || err != nil {
		return arrived, stop, err
	}
	if arrived, stop, err := e.meetHere(tr); arrived || stop != nil || err != nil {
		return arrived, stop, err
	}
	stop, err := e.release(tr.tid)
	return false, stop, err
}

// meetHere decides, in turns, for the threads that stand at planted breakpoints, as
// if they had continued and hit them: they came there while another thread's
// breakpoint was dealt with. If they were released instead, wait4(2), which reports
// the newest tracee first, would serve the same few threads and starve the rest.
// Precondition: every thread is held.
func (e *Engine) meetHere(tr *traps) (bool, *Stop, error) {
	for _, tid := range e.turns(tr) {
		if !e.target.Alive() {
			break
		}
		if !e.target.Held(tid) || e.target.Queued(tid) || !e.mayRun(tid) {
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
		if arrived, stop, err := e.meet(tracee.Event{Kind: tracee.EventBreakpoint, TID: tid, Addr: pc}, tr); arrived || stop != nil || err != nil {
			return arrived, stop, err
		}
	}
	return false, nil, nil
}

// turns is the order in which threads that stand at breakpoints are asked. The one
// that travels is first. Where none does, so that each is as good as the other, the
// ones behind the last that has stopped the program are: asked in the same order
// each time, of two threads in one loop the same one would always stop it.
func (e *Engine) turns(tr *traps) []int {
	all := e.target.Threads()
	if !tr.free || tr.over {
		return append([]int{tr.tid}, all...)
	}
	next := slices.Index(all, e.met) + 1
	return append(all[next:len(all):len(all)], all[:next]...)
}

// meet decides at a planted breakpoint: a trap of this command, the dynamic
// linker's hook, or the user's own.
// Precondition: every thread is held.
func (e *Engine) meet(ev tracee.Event, tr *traps) (bool, *Stop, error) {
	th := e.adopt(ev.TID)
	if err := e.load(th); err != nil {
		return false, nil, err
	}
	th.stoppedAt = ev.Addr
	if err := e.passMet(th, ev.Addr); err != nil {
		return false, nil, err
	}
	e.findSection(th)
	if ev.TID == tr.tid && contains(tr.watch, ev.Addr) {
		return true, nil, nil
	}
	if e.book.OwnedFor(ev.Addr, ledger.Linker) {
		if err := e.reload(); err != nil {
			return false, nil, err
		}
	}
	if stop, err := e.userBreak(th, ev.Addr); stop != nil || err != nil {
		e.met = th.tid
		return false, stop, err
	}
	if stop, err := e.callReturned(th); stop != nil || err != nil {
		return false, stop, err
	}
	if arrived, stop, err := e.atTrap(th, tr, ev.Addr); arrived || stop != nil || err != nil {
		return arrived, stop, err
	}
	if _, p, err := e.atArming(th); err != nil || p == nil || !e.wantedInside(th, p) {
		return false, nil, err
	}
	stop, err := e.stepThroughSection(th)
	return false, stop, err
}
