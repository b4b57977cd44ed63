package stepper

import (
	"context"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// StepRange runs the selected thread until its PC is outside of [low, high), by a call, a
// return or a branch, in whatever frame: the range step of the gdb remote protocol ("vCont;r"),
// at full speed. Sections on the way run as units. A trap for a way out inside a section is set
// at the section's exits instead, and an abort handler without lines of its own counts as part
// of the range. If the PC is outside already, StepRange steps once.
func (e *Engine) StepRange(ctx context.Context, low, high table.Addr) (Stop, error) {
	return e.stepRanges(ctx, []Range{{Low: low, High: high}})
}

// StepInlined continues a step for a client that has stepped out of a range beginning at from
// into a call inlined on its line, and has not stopped there: the client does next. StepInlined
// runs out of the whole line as next sees it, including inlined calls, or steps one instruction
// if the thread is in no such call.
func (e *Engine) StepInlined(ctx context.Context, from table.Addr) (Stop, error) {
	if th, err := e.selected(); err == nil && e.drive.Load(th) == nil {
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
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		began := machine.InRanges(ranges, th.Regs.PC())
		if !began {
			if stop, err := e.stepOne(th); stop != nil || err != nil {
				return stop, err
			}
		}
		for {
			if _, stop, err := e.do(e.units.Quiet.End(th)); stop != nil || err != nil {
				return stop, err
			}
			if err := e.drive.Load(th); err != nil {
				return nil, err
			}
			// If the kernel restarts a section during endQuiet, or during the first step, the
			// thread is at that section's abort handler.
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

// leaveRange runs the thread to the first way out of the ranges. If it had to step an
// instruction of the ranges, it can return without a Stop while the thread is still inside.
func (e *Engine) leaveRange(th *drive.Thread, ranges []Range) (*Stop, error) {
	ranges = e.program.Cover(&line.Walk{}, ranges)
	plan := e.program.LeaveRanges(&th.Regs, ranges)
	if plan.Blind || plan.Stepped[th.Regs.PC()] {
		return e.stepOne(th) // resuming would step off the trap here without asking its decision
	}
	_, stop, err := e.do(e.planned(th, plan, func(t line.Trap) drive.Decision {
		switch t.Kind {
		case line.Steps:
			return func(th *drive.Thread) drive.Answer {
				return drive.Then(e.units.Unit(th), func() drive.Answer { return drive.ArriveIf(plan.LedOut(&th.Regs)) })
			}
		case line.Called:
			return drive.When(func(th *drive.Thread) bool { return plan.CalledOut(t, &th.Regs) })
		}
		return drive.Always
	}))
	return stop, err
}

// StepForClient is StepInstruction of one instruction for a client that makes its own line
// steps of such steps, as gdb does through inlined calls. An aborted unit leaves the thread at
// the abort handler; if that handler has no lines (inline assembly puts it into a section of
// its own), the client's next would end in code without a line. So StepForClient also runs
// through the handler.
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
