package units

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
)

// quietHere steps one instruction of a quiet phase. It ends the phase when the section commits,
// when the function returns, or before a system call. After a pass that did not commit the phase
// continues: a program that has to prepare its area first (tcmalloc) would never commit
// otherwise.
func (r *Runner) quietHere(th *drive.Thread) drive.Answer {
	q := r.Quiet.of[th]
	return r.Quiet.step(th, func(end rseq.QuietEnd) drive.Answer {
		switch {
		case end == rseq.QuietKernel:
			return drive.Then(r.Unit(th), drive.Arrive)
		case end == rseq.QuietCommit, end == rseq.QuietReturn, !r.Entering && r.Quiet.In(th) && !q.Entered:
			return drive.ArriveOr(r.Quiet.Restore(th))
		}
		return drive.Arrive()
	})
}

// throughSection takes a thread from an arming store through its section in a quiet phase, to a
// breakpoint inside that stops it, or to the exit.
func (r *Runner) throughSection(th *drive.Thread) *drive.Move {
	steps := 0
	return drive.Plan(th, func() drive.Answer {
		if steps == 0 {
			if _, p, err := r.Registration.AtArming(th); err == nil && p != nil && r.Registration.Confined(th, p) {
				return drive.Then(r.Unit(th), drive.Arrive)
			}
			if err := r.Quiet.Lift(th); err != nil {
				return drive.Fails(err)
			}
		}
		q := r.Quiet.of[th]
		if q == nil {
			return drive.Arrive()
		}
		steps++
		return r.Quiet.on(th, steps-1, func(rseq.QuietEnd) drive.Answer {
			if !q.Entered {
				return drive.ArriveOr(r.Quiet.Restore(th))
			}
			return r.Host.Stops(th)
		})
	})
}

// Through takes a thread that stands at a breakpoint, and is about to run with all others,
// through the section there first if a breakpoint inside requires it (drive.Mind.Through). If
// the thread hit the trap while the debugger handled another thread's stop, it passes the section
// now, as it would have then: if it resumed and hit the trap again, it might have left the CPU
// whose number it has read.
// Precondition: every other thread is held.
func (r *Runner) Through(th *drive.Thread, met bool) drive.Answer {
	if !met {
		if r.Drive.Load(th) != nil { // the thread is exiting: its exit is the next event
			return drive.Answer{}
		}
		pc := th.Regs.PC()
		if !r.Points.Arming(pc) || r.Points.At(pc) { // the user's own breakpoint at pc is reported
			return drive.Answer{}
		}
	}
	if _, p, err := r.Registration.AtArming(th); err != nil || p == nil || !r.Points.Wants(th.TID, p) {
		return drive.Fails(err)
	}
	return drive.Then(r.throughSection(th), nil)
}
