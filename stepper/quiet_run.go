package stepper

import (
	"slices"
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// quietBurst is how many instructions of a quiet phase single-step before the rest of a section
// runs natively. Most sections are shorter, and single-stepping them costs less.
const quietBurst = 64

// quietOn continues a quiet phase: by one instruction or, if n, the number of instructions
// stepped before, is at least quietBurst, natively to a breakpoint inside the section or to its
// exit. The registration is lifted and every other thread is held, so traps disturb nothing.
// Then it calls next; the phase has not ended by then, except for rseq.QuietKernel.
func (e *Engine) quietOn(th *thread, n int, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	if n >= quietBurst {
		if where := e.quietPlaces(th); where != nil {
			return e.quietRun(th, where, 0, next)
		}
	}
	return e.quietStep(th, next)
}

// quietPlaces is where a thread in the middle of its section must stop when it runs natively:
// the places inside first, since those get debug registers. It is nil if the thread must be
// stepped: the ways out are not known, or the section has calls or system calls, or the thread
// is at one of the places already, or there are too many places.
func (e *Engine) quietPlaces(th *thread) []table.Addr {
	q, pc := th.quiet, th.Regs.PC()
	if q == nil || !q.Inside(pc) || !q.Body.Known() || len(q.Body.Calls)+len(q.Body.Syscalls) > 0 {
		return nil
	}
	where := e.points.Within(th.TID, q.Placed)
	free := len(e.book.FreeIn(th.TID, ledger.Owner{}))
	if slices.Contains(where, pc) || len(where) > free {
		return nil
	}
	exits := e.sections.Exits(q.Body)
	if rest := free - len(where); rest < len(exits) && !e.sections.Allow(exits[rest:]) {
		return nil
	}
	return append(where, exits...)
}

// quietRun runs a thread in a quiet phase natively to one of the places, and then calls next.
// With a patience, the thread may still be inside, at none of them.
func (e *Engine) quietRun(th *thread, where []table.Addr, patience time.Duration, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	q := th.quiet
	th.StoppedAt = 0
	m := runTo(th, where, nil)
	m.Quiet, m.Alone = true, patience
	return drive.Then(m, func() drive.Answer {
		if th.quiet == nil || !e.drive.Knows(th.Thread) {
			return next(rseq.QuietKernel)
		}
		var before *machine.Regs
		if th.last != nil && th.last.placed == q.Placed {
			before = &th.last.regs
		}
		end := q.Run(before, &th.Regs)
		e.reportQuiet(th, q, end)
		return next(end)
	})
}
