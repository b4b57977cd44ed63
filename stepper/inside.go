package stepper

import (
	"context"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// StepInside is StepInstruction that enters sections: the thread is stepped
// with its rseq registration lifted (see quiet.go), so that it stands inside
// with live state and still commits.
func (e *Engine) StepInside(ctx context.Context, n int) (Stop, error) {
	return e.instructions(ctx, n, true)
}

// insideHere steps one instruction of a quiet phase, and ends the phase with
// the section's commit, the function's return, or a system call to come. An
// unsuccessful pass goes on quietly: a program that has to prepare its area
// first (tcmalloc) would never commit otherwise.
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

// anyQuiet reports whether a thread stands in a quiet phase.
func (e *Engine) anyQuiet() bool {
	for th := range e.threads() {
		if th.quiet != nil {
			return true
		}
	}
	return false
}

// wantedInside reports whether a breakpoint or a watchpoint of the user's
// needs the thread to be taken through the section quietly.
func (e *Engine) wantedInside(th *thread, p *table.Placed) bool { return e.points.Wants(th.TID, p) }

// throughSection takes a thread that stands at an arming store through its section
// quietly, to a breakpoint inside that says stop, or to the exit.
func (e *Engine) throughSection(th *thread) *drive.Move {
	steps := 0
	return plan(th, func() drive.Answer {
		if steps == 0 {
			if _, p, err := e.atArming(th); err == nil && p != nil && e.confined(th, p) {
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

// comesThrough reports whether a thread that is about to go on stands at the arming
// store of a section with a breakpoint inside, which it has run into while another one
// was dealt with. It is taken through as it would be there and then: let go and met once
// more, it might have left the CPU whose number it has read.
// Precondition: every other thread is held.
func (e *Engine) comesThrough(th *thread) bool {
	if e.load(th) != nil { // a thread that is going: its exit is the next event
		return false
	}
	pc := th.Regs.PC()
	return e.points.Arming(pc) && !e.points.At(pc) // the user's at pc itself is to be reported
}

// quietStop is the Stop of a user's breakpoint that a quiet phase has come to,
// inside a section or outside.
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

// atArming decodes the instruction a thread stands at as an arming store and
// finds its section; nil when it arms nothing.
func (e *Engine) atArming(th *thread) (*machine.Insn, *table.Placed, error) {
	if err := e.load(th); err != nil {
		return nil, nil, err
	}
	insn, err := e.sections.Decode(th.Regs.PC())
	if err != nil || insn.Store.Size == 0 {
		return nil, nil, err
	}
	if err := e.drive.Registration(th.Thread); err != nil || !th.Rseq.Registered() {
		return nil, nil, err
	}
	if arms, value, known := insn.Arms(&th.Regs, th.Rseq.CSField()); !arms || known && value == 0 {
		return nil, nil, nil
	}
	return insn, e.armed(th, insn), nil
}
