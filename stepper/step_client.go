package stepper

import (
	"context"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// StepRange runs the selected thread until its PC is outside of [low, high), by a call, a
// return or a branch, in whatever frame: the range step of the gdb remote protocol ("vCont;r"),
// at full speed. Sections on the way run as units. A trap for a way out inside a section is set
// at the section's exits instead, and an abort handler without lines of its own counts as part
// of the range. If the PC is outside already, StepRange steps once.
func (e *Engine) StepRange(ctx context.Context, low, high table.Addr) (Stop, error) {
	return e.stepRanges(ctx, Range{Low: low, High: high})
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
			return e.stepRanges(ctx, ranges...)
		}
	}
	return e.StepForClient(ctx)
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
		stop, err = e.stepRanges(ctx, r)
		stop.Units, stop.Notes = append(units, stop.Units...), append(notes, stop.Notes...)
		break
	}
	return stop, err
}

func (e *Engine) stepRanges(ctx context.Context, ranges ...Range) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Ranges(th, ranges) })
}

// StepAlone is StepInstruction of one instruction for a client that has removed a breakpoint to
// step a thread off it, and resumes all threads as soon as it has inserted the breakpoint
// again, as Delve does (steps.Stepper.Alone).
func (e *Engine) StepAlone(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Alone(th, e.policy.Inside) })
}
