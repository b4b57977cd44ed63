package stepper

import (
	"context"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// StepInside is StepInstruction that enters sections: it steps the thread with its rseq
// registration lifted (see quiet.go), so that the thread stops inside with live state and its
// section still commits.
func (e *Engine) StepInside(ctx context.Context, n int) (Stop, error) {
	return e.instructions(ctx, n, true)
}

// insideHere steps one instruction of a quiet phase. It ends the phase when the section
// commits, when the function returns, or before a system call. After a pass that did not commit
// the phase continues: a program that has to prepare its area first (tcmalloc) would never
// commit otherwise.
func (e *Engine) insideHere(th *thread) drive.Answer {
	q := th.quiet
	return e.quietStep(th, func(end rseq.QuietEnd) drive.Answer {
		switch {
		case end == rseq.QuietKernel:
			return drive.Then(e.unit(th), drive.Arrive)
		case end == rseq.QuietCommit, end == rseq.QuietReturn, !e.entering && th.quiet != nil && !q.Entered:
			return drive.ArriveOr(e.restoreRegistration(th))
		}
		return drive.Arrive()
	})
}

// anyQuiet reports whether a thread is in a quiet phase.
func (e *Engine) anyQuiet() bool {
	for th := range e.threads() {
		if th.quiet != nil {
			return true
		}
	}
	return false
}

// wantedInside reports whether one of the user's breakpoints or watchpoints requires the thread
// to execute the section in a quiet phase.
func (e *Engine) wantedInside(th *thread, p *table.Placed) bool { return e.points.Wants(th.TID, p) }

// throughSection takes a thread from an arming store through its section in a quiet phase, to a
// breakpoint inside that stops it, or to the exit.
func (e *Engine) throughSection(th *thread) *drive.Move {
	steps := 0
	return plan(th, func() drive.Answer {
		if steps == 0 {
			if _, p, err := e.rseq.AtArming(th.Thread); err == nil && p != nil && e.rseq.Confined(th.Thread, p) {
				return drive.Then(e.unit(th), drive.Arrive)
			}
			if err := e.liftRegistration(th); err != nil {
				return drive.Fails(err)
			}
		}
		q := th.quiet
		if q == nil {
			return drive.Arrive()
		}
		steps++
		return e.quietOn(th, steps-1, func(rseq.QuietEnd) drive.Answer {
			if !q.Entered {
				return drive.ArriveOr(e.restoreRegistration(th))
			}
			return stopped(e.quietStop(th))
		})
	})
}

// comesThrough reports whether a thread that is about to resume is at the arming store of a
// section with a breakpoint inside, where it stopped while the Engine handled another thread's
// stop. The Engine takes it through the section now, as it would have then: if the thread
// resumed and hit the trap again, it might have left the CPU whose number it has read.
// Precondition: every other thread is held.
func (e *Engine) comesThrough(th *thread) bool {
	if e.load(th) != nil { // the thread is exiting: its exit is the next event
		return false
	}
	pc := th.Regs.PC()
	return e.points.Arming(pc) && !e.points.At(pc) // the Engine reports the user's breakpoint at pc itself
}

// quietStop is the Stop at a user's breakpoint that a quiet phase has reached, inside a section
// or outside.
func (e *Engine) quietStop(th *thread) (*Stop, error) {
	if th.quiet == nil {
		return nil, nil
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	if e.sections.Covering(pc) == nil {
		return e.arrivedAtBreak(th)
	}
	met, place := e.points.MeetInside(th.TID, pc)
	return e.metAt(th, pc, met, place)
}
