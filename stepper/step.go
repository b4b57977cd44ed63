package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/steps"
)

// StepInstruction steps n instructions or units of the selected thread (stepi).
func (e *Engine) StepInstruction(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Instructions(th, n, e.policy.Inside) })
}

// StepInside is StepInstruction that enters sections: it steps the thread in a quiet phase
// (units.Phases), so that the thread stops inside with live state and its section still commits.
func (e *Engine) StepInside(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Instructions(th, n, true) })
}

// NextInstruction is StepInstruction that steps over calls (nexti).
func (e *Engine) NextInstruction(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.OverCalls(th, n, e.policy.Inside) })
}

// Step continues to another line, and enters functions that have lines (step).
func (e *Engine) Step(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Lines(th, n, true) })
}

// Next continues to another line of this function or its caller (next).
func (e *Engine) Next(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Lines(th, n, false) })
}

// Until is Next that never goes backwards: it runs past a loop's end (until).
func (e *Engine) Until(ctx context.Context) (Stop, error) { return e.command(ctx, e.steps.Until) }

// Advance runs until the thread reaches one of the places, or the current frame returns (until
// LOCATION, advance LOCATION).
func (e *Engine) Advance(ctx context.Context, places []Place) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.Advance(th, places) })
}

// Opv does, by a cpu_opv vector, the work of the section that the thread reaches next or was
// just aborted in, without waiting until it is stuck.
func (e *Engine) Opv(ctx context.Context) (Stop, error) { return e.command(ctx, e.steps.Opv) }

// AbortAt makes the kernel abort the next section that the thread reaches, before the section's
// instruction number n (1 is the first), and stops at the abort handler.
func (e *Engine) AbortAt(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) { return e.steps.AbortAt(th, n) })
}

// ErrNoSection says that the thread reaches no section.
var ErrNoSection = steps.ErrNoSection

// ErrOutermost says that a frame has no caller to return to.
var ErrOutermost = errors.New(`"finish" not meaningful in the outermost frame`)

// Finish runs until the given frame (0 is the innermost shown) has returned.
func (e *Engine) Finish(ctx context.Context, frame int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) {
		frames, err := e.Frames(th.TID, frame+2)
		for n := frame + 2; err == nil && len(frames) == n && frames[n-1].Tail; n++ { // not on the stack any more
			frames, err = e.Frames(th.TID, n+1)
		}
		if err != nil {
			return nil, err
		}
		if frame >= len(frames) {
			return nil, fmt.Errorf("no frame %d", frame)
		}
		f := frames[frame]
		if f.Inlined > 0 {
			return e.steps.FinishInlined(th, f)
		}
		if frame+1 >= len(frames) || f.Called {
			return nil, ErrOutermost
		}
		caller := frames[len(frames)-1]
		returned, halt, err := e.steps.Finish(th, frames)
		finished := func(r *CallResult) *Stop {
			return &Stop{Reason: StopFinished, TID: th.TID, Finished: &Finished{Function: f.Function, Entry: f.Entry, Result: *r}}
		}
		if stop := stopOf(halt); stop != nil && stop.Reason == StopCallReturned && caller.Called && stop.call.CFA() == caller.CFA {
			return finished(stop.Returned), err
		}
		if !returned || err != nil {
			return halt, err
		}
		area, _ := e.target.XState(th.TID)
		return finished(call.ResultOf(&th.Regs, area)), nil
	})
}
