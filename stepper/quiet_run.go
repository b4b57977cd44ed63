package stepper

import (
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// quietBurst is how many instructions of a quiet phase are single-stepped before the
// rest of a section is run natively. Most sections are shorter, and cost less so.
const quietBurst = 64

// quietOn carries a quiet phase on: by one instruction or, when n have been stepped
// before, natively to where the section is left or to a breakpoint inside it. The
// registration is lifted and every other thread held, so traps disturb nothing.
// The phase is still on afterwards as it is after quietStep.
func (e *Engine) quietOn(th *thread, n int) (quietEnd, *Stop, error) {
	if n >= quietBurst {
		if where := e.quietPlaces(th); where != nil {
			return e.quietRun(th, where, 0)
		}
	}
	return e.quietStep(th)
}

// quietPlaces is where a thread in the middle of its section has to be waited for
// when it runs natively: the places inside first, for those get debug registers. It
// is nil for one that must be stepped: ways out are not known, or there are calls,
// or it stands at a place already, or there are too many.
func (e *Engine) quietPlaces(th *thread) []table.Addr {
	q, pc := th.quiet, th.regs.PC()
	if q == nil || !q.inside(pc) || !q.body.Known() || len(q.body.Calls)+len(q.body.Syscalls) > 0 {
		return nil
	}
	var where []table.Addr
	for _, b := range e.breakpoints {
		if !b.Enabled || b.Kind > BreakHardware || b.Thread != 0 && b.Thread != th.tid {
			continue
		}
		for _, p := range b.Places {
			if q.placed.Contains(p.Addr) && !contains(where, p.Addr) {
				where = append(where, p.Addr)
			}
		}
	}
	free := 0
	for _, owner := range e.slots {
		if owner == 0 {
			free++
		}
	}
	if contains(where, pc) || len(where) > free {
		return nil
	}
	exits := e.exitsOf(q.body)
	if rest := free - len(where); rest < len(exits) && !e.allow(exits[rest:]) {
		return nil
	}
	return append(where, exits...)
}

// quietRun runs a thread of a quiet phase natively to one of the places. With a
// patience it may still be inside, at none of them, afterwards.
func (e *Engine) quietRun(th *thread, where []table.Addr, patience time.Duration) (end quietEnd, stop *Stop, err error) {
	q := th.quiet
	th.stoppedAt = 0
	for first := true; first || !contains(where, th.regs.PC()); first = false {
		if stop, err := e.quietTrapped(th, where, patience); stop != nil || err != nil || th.quiet == nil || e.threads[th.tid] != th {
			return quietKernel, stop, err
		}
		if err := e.load(th); err != nil {
			return quietKernel, nil, err
		}
		if patience > 0 {
			break
		}
	}
	pc := th.regs.PC()
	if q.placed.Contains(pc) {
		return quietGoing, nil, nil
	}
	var before *machine.Regs
	if th.last != nil && th.last.placed == q.placed {
		before = &th.last.regs
	}
	q.final = q.body.Outcome(before, &th.regs) == machine.OutcomeCommitted
	q.entered = false
	switch {
	case pc == q.placed.Abort:
		end = quietAbort
	case pc == q.placed.End && q.final:
		end = quietCommit
	default:
		end = quietSide
	}
	e.reportQuiet(th, q, end)
	return end, nil, nil
}

// quietTrapped is one run of quietRun, with its traps.
func (e *Engine) quietTrapped(th *thread, where []table.Addr, patience time.Duration) (stop *Stop, err error) {
	set, err := e.setTraps(th, where)
	if err == nil {
		stop, err = e.quietMove(th, th.regs.PC(), func(tid int) (tracee.Event, error) { return e.target.Run(tid, 0, patience) })
	}
	if failed := e.clearTraps(th, set); err == nil {
		err = failed
	}
	return stop, err
}
