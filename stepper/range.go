package stepper

import (
	"context"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// StepRange lets the selected thread go until its PC is outside of [low, high),
// by a call, a return or a branch, in whatever frame: the range step of the gdb
// remote protocol ("vCont;r"), at native speed. Sections on the way run as
// units; a way out that lies inside one is moved to its exits, and an abort
// handler without lines of its own counts as part of the range. A PC that is
// outside already is stepped once.
func (e *Engine) StepRange(ctx context.Context, low, high table.Addr) (Stop, error) {
	return e.stepRanges(ctx, []Range{{Low: low, High: high}})
}

// StepInlined goes on for a client that has stepped out of a range beginning
// at from into a call inlined on its line, and has not stopped there: it does
// next. It runs out of the whole line as next sees it, inlined calls included,
// or steps one instruction where the thread stands in no such call.
func (e *Engine) StepInlined(ctx context.Context, from table.Addr) (Stop, error) {
	if th, err := e.selected(); err == nil && e.load(th) == nil {
		depth, _ := e.symbols.Inlines(from)
		deeper, _ := e.symbols.Inlines(th.Regs.PC())
		ranges := e.symbols.LineRanges(from, depth)
		if deeper > depth && machine.InRanges(ranges, th.Regs.PC()) {
			return e.stepRanges(ctx, ranges)
		}
	}
	return e.StepForClient(ctx)
}

// stepRanges is StepRange of several ranges, sorted.
func (e *Engine) stepRanges(ctx context.Context, ranges []Range) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if err := e.load(th); err != nil {
			return nil, err
		}
		began := machine.InRanges(ranges, th.Regs.PC())
		if !began {
			if stop, err := e.stepOne(th); stop != nil || err != nil {
				return stop, err
			}
		}
		for {
			if _, stop, err := e.do(e.endQuiet(th)); stop != nil || err != nil {
				return stop, err
			}
			if err := e.load(th); err != nil {
				return nil, err
			}
			// A section that is restarted while it is settled, or where it was stepped,
			// leaves the thread at its abort handler.
			if pc := th.Regs.PC(); !machine.InRanges(ranges, pc) && !(began && machine.InRanges(e.program.Cover(&line.Walk{}, ranges), pc)) {
				break
			}
			if stop, err := e.leaveRange(th, ranges); stop != nil || err != nil {
				return stop, err
			}
		}
		if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
			return stop, err
		}
		return nil, e.showInner(th)
	})
}

// leaveRange runs the thread to the first way out of the ranges. The thread has
// not left them when it comes back without a Stop from an instruction of theirs
// that had to be stepped.
func (e *Engine) leaveRange(th *thread, ranges []Range) (*Stop, error) {
	ranges = e.program.Cover(&line.Walk{}, ranges)
	plan := e.program.LeaveRanges(&th.Regs, ranges)
	if plan.Blind || plan.Stepped[th.Regs.PC()] {
		return e.stepOne(th) // going on would step off the trap here unseen
	}
	_, stop, err := e.do(e.planned(th, plan, func(t line.Trap) drive.Decision {
		switch t.Kind {
		case line.Steps:
			return func(t *drive.Thread) drive.Answer {
				th := own(t)
				return drive.Then(e.unit(th), func() drive.Answer { return drive.ArriveIf(plan.LedOut(&th.Regs)) })
			}
		case line.Called:
			return drive.When(func(th *drive.Thread) bool { return plan.CalledOut(t, &th.Regs) })
		}
		return drive.Always
	}))
	return stop, err
}

// StepForClient is StepInstruction of one instruction for a client that makes
// its own line steps of them, as gdb does through inlined calls. A unit that was
// aborted leaves the thread at the abort handler, and where that has no lines
// (the inline assembly has put it into a section of its own) the client's next
// would end in the middle of nowhere. So the handler is run through as well.
func (e *Engine) StepForClient(ctx context.Context) (Stop, error) {
	stop, err := e.StepInstruction(ctx, 1)
	if err != nil || stop.Reason != StopStep || e.policy.Inside || len(stop.Units) == 0 {
		return stop, err
	}
	for _, p := range e.sections.Image().Sections() {
		if p.Abort != stop.PC {
			continue
		}
		r, to, ok := e.sections.Handler(p)
		if fn, known := e.symbols.Function(to); !ok || !known || !fn.HasLines {
			break
		}
		units, notes := stop.Units, stop.Notes
		stop, err = e.stepRanges(ctx, []Range{r})
		stop.Units, stop.Notes = append(units, stop.Units...), append(notes, stop.Notes...)
		break
	}
	return stop, err
}
