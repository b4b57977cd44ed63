package stepper

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// runTo runs one thread, the others held, until it stands at one of the
// addresses with registers that accept takes (nil: any). The traps are debug
// registers as long as there are free ones, for they disturb nothing; the rest
// are int3. A thread that blocks gets the others' help.
func (e *Engine) runTo(th *thread, where []table.Addr, accept func(*machine.Regs) bool) (at table.Addr, stop *Stop, err error) {
	return e.runLate(th, where, accept, nil)
}

// runLate is runTo that calls late, unless that is nil, when it takes long.
func (e *Engine) runLate(th *thread, where []table.Addr, accept func(*machine.Regs) bool, whenOverdue whenOverdue) (at table.Addr, stop *Stop, err error) {
	// A breakpoint under the thread's feet is no news.
	if err := e.load(th); err != nil {
		return 0, nil, err
	}
	if from := th.regs.PC(); e.sites[from] > 0 && !contains(where, from) && e.target.Inserted(from) {
		if err := e.target.Remove(from); err != nil {
			return 0, nil, err
		}
		defer func() { err = errors.Join(err, e.putBack(from)) }()
	}
	at, stop, err = e.runToTraps(th, where, accept, whenOverdue)
	if errors.Is(err, errThreadGone) {
		return 0, stop, nil
	}
	return at, stop, err
}

func (e *Engine) runToTraps(th *thread, where []table.Addr, accept func(*machine.Regs) bool, whenOverdue whenOverdue) (at table.Addr, stop *Stop, err error) {
	if err := e.unwatchPasses(th); err != nil {
		return 0, nil, err
	}
	th.watch.trapped++
	defer func() { th.watch.trapped-- }()
	set, err := e.setTraps(th, where)
	defer func() { err = errors.Join(err, e.clearTraps(th, set)) }()
	if err != nil {
		return 0, nil, err
	}
	start := th.regs.PC()
	for first := true; ; first = false {
		th.runs++
		ev, err := e.resumeAndWait(th, e.target.Run, blockPatience)
		if err != nil {
			return 0, nil, err
		}
		th.fresh = false
		if first {
			if stood, err := e.stoodOnHardware(th, ev, start); err != nil {
				return 0, nil, err
			} else if stood {
				continue
			}
		}
		arrived := false
		switch {
		case ev.Kind == tracee.EventDebug && e.slots[ev.Slot&3] == 0, ev.Kind == tracee.EventBreakpoint && contains(where, ev.Addr):
			arrived = true
		case ev.Kind == tracee.EventBlocked:
			// The others may hold what it waits for.
			tr := &traps{tid: th.tid, debug: true, whenOverdue: whenOverdue, at: map[table.Addr]trap{}}
			tr.watch = append(tr.watch, where...)
			if err := e.putBack(start); err != nil {
				return 0, nil, err
			}
			if th.maskSaved {
				if err := errors.Join(e.pause(), e.unblockSignals(th)); err != nil {
					return 0, nil, err
				}
			}
			got, stop, err := e.travel(th, tr)
			if stop != nil || err != nil {
				return 0, stop, err
			}
			arrived = got
		default:
			again, stop, err := e.between(th, ev, false)
			if stop != nil || err != nil {
				return 0, stop, err
			}
			if !again {
				return 0, nil, nil
			}
		}
		if !arrived {
			continue
		}
		if err := e.load(th); err != nil {
			return 0, nil, err
		}
		pc := th.regs.PC()
		if contains(where, pc) && (accept == nil || accept(&th.regs)) {
			return pc, nil, nil
		}
		if stop, err := e.meetOuter(th, pc, nil); stop != nil || err != nil {
			return 0, stop, err
		}
		// Another activation of the same code (a signal handler's): let it pass.
		if e.sites[pc] > 0 {
			if err := e.target.Remove(pc); err != nil {
				return 0, nil, err
			}
			ev, err := e.target.Step(th.tid, 0, 0)
			th.fresh = false
			if err != nil {
				return 0, nil, err
			}
			if err := e.target.Insert(pc); err != nil {
				return 0, nil, err
			}
			if ev.Kind != tracee.EventStep {
				if _, stop, err := e.between(th, ev, true); stop != nil || err != nil {
					return 0, stop, err
				}
			}
		}
	}
}

// trapSet is what setTraps planted.
type trapSet struct {
	program int // they are in: of the Engine's count
	slots   []int
	sites   []table.Addr
}

func (e *Engine) setTraps(th *thread, where []table.Addr) (trapSet, error) {
	set := trapSet{program: e.program}
	if contains(where, th.regs.PC()) && th.regs.PassesDebug() {
		// Coming back to this very instruction counts.
		th.regs.SetPassesDebug(false)
		if err := e.target.SetRegs(th.tid, &th.regs); err != nil {
			return set, err
		}
	}
	slot := 0
	for _, a := range where {
		for slot < len(e.slots) && e.slots[slot] != 0 {
			slot++
		}
		if slot < len(e.slots) {
			if err := e.target.SetDebug(th.tid, slot, tracee.DebugExecute, a, 1); err != nil {
				return set, err
			}
			set.slots = append(set.slots, slot)
			slot++
			continue
		}
		if err := e.insertTrap(a); err != nil {
			return set, err
		}
		set.sites = append(set.sites, a)
	}
	return set, nil
}

// clearTraps takes them out again. Those of a program that another one has
// replaced went with it: what is in their places now belongs to others.
func (e *Engine) clearTraps(th *thread, set trapSet) error {
	if set.program != e.program {
		return nil
	}
	var err error
	for _, s := range set.slots {
		err = errors.Join(err, e.freeSlot(th.tid, s))
	}
	for _, a := range set.sites {
		err = errors.Join(err, e.removeTrap(a))
	}
	return err
}

func contains(list []table.Addr, a table.Addr) bool {
	for _, x := range list {
		if x == a {
			return true
		}
	}
	return false
}

// without is list with a taken out, in place.
func without(list []table.Addr, a table.Addr) []table.Addr {
	kept := list[:0]
	for _, x := range list {
		if x != a {
			kept = append(kept, x)
		}
	}
	return kept
}
