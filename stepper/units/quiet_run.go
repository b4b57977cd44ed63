package units

import (
	"slices"
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// quietBurst is how many instructions of a quiet phase single-step before the rest of a section
// runs natively. Most sections are shorter, and single-stepping them costs less.
const quietBurst = 64

// on continues a quiet phase: by one instruction or, if n, the number of instructions
// stepped before, is at least quietBurst, natively to a breakpoint inside the section or to its
// exit. The registration is lifted and every other thread is held, so traps disturb nothing.
// Then it calls next; the phase has not ended by then, except for rseq.QuietKernel.
func (p *Phases) on(th *drive.Thread, n int, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	if n >= quietBurst {
		if where := p.places(th); where != nil {
			return p.run(th, where, 0, next)
		}
	}
	return p.step(th, next)
}

// places is where a thread in the middle of its section must stop when it runs natively:
// the places inside first, since those get debug registers. It is nil if the thread must be
// stepped: the ways out are not known, or the section has calls or system calls, or the thread
// is at one of the places already, or there are too many places.
func (p *Phases) places(th *drive.Thread) []table.Addr {
	q, pc := p.of[th], th.Regs.PC()
	if q == nil || !q.Inside(pc) || !q.Body.Known() || len(q.Body.Calls)+len(q.Body.Syscalls) > 0 {
		return nil
	}
	where := p.Points.Within(th.TID, q.Placed)
	free := len(p.Book.FreeIn(th.TID, ledger.Owner{}))
	if slices.Contains(where, pc) || len(where) > free {
		return nil
	}
	exits := p.Sections.Exits(q.Body)
	if rest := free - len(where); rest < len(exits) && !p.Sections.Allow(exits[rest:]) {
		return nil
	}
	return append(where, exits...)
}

// run runs a thread in a quiet phase natively to one of the places, and then calls next.
// With a patience, the thread may still be inside, at none of them.
func (p *Phases) run(th *drive.Thread, where []table.Addr, patience time.Duration, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	q := p.of[th]
	th.StoppedAt = 0
	m := drive.Run(th, where, drive.Always, patience)
	m.Quiet = true
	return drive.Then(m, func() drive.Answer {
		if p.of[th] == nil || !p.Drive.Knows(th) {
			return next(rseq.QuietKernel)
		}
		end := q.Run(th.Pass.Registers(q.Placed), &th.Regs)
		p.report(th, q, end)
		return next(end)
	})
}
