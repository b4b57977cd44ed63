package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
)

// ErrOutermost says that a frame has no caller to return to.
var ErrOutermost = errors.New(`"finish" not meaningful in the outermost frame`)

// Finish runs until the given frame (0 is the innermost shown) has returned.
func (e *Engine) Finish(ctx context.Context, frame int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		frames, err := e.Frames(th.TID, frame+2)
		if err != nil {
			return nil, err
		}
		if frame >= len(frames) {
			return nil, fmt.Errorf("no frame %d", frame)
		}
		f := frames[frame]
		if f.Inlined > 0 {
			return e.finishInlined(th, f)
		}
		if frame+1 >= len(frames) || f.Called {
			return nil, ErrOutermost
		}
		tr := journey(th)
		for _, g := range frames[:frame+1] {
			tr.Sections = append(tr.Sections, e.sections.Around(g.PC)...)
		}
		e.trapReturn(tr, frames[frame+1].PC, f.CFA)
		w := waiting(f.CFA)
		e.trapUnwinding(tr, w)
		arrived, stop, err := e.do(tr)
		finished := func(r *CallResult) *Stop {
			return &Stop{Reason: StopFinished, TID: th.TID, Finished: &Finished{Function: f.Function, Entry: f.Entry, Result: *r}}
		}
		if stop != nil && stop.Reason == StopCallReturned && frames[frame+1].Called && stop.call.CFA() == frames[frame+1].CFA {
			return finished(stop.Returned), err
		}
		if !arrived || err != nil {
			return stop, err
		}
		if w.Caught {
			e.drive.Notify("%s did not return: an exception or a longjmp led out of it", f.Function)
			return nil, nil
		}
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		area, _ := e.target.XState(th.TID)
		result := call.ResultOf(&th.Regs, area)
		if err := e.showOuter(th); err != nil {
			return nil, err
		}
		return finished(result), nil
	})
}

// finishInlined leaves an inlined call; the frame that contains it must be the innermost real
// one. The thread also leaves instructions that the compiler moved out of the call but that the
// line table still assigns to the callee: at them, the caller's frame would show the callee's
// line.
func (e *Engine) finishInlined(th *drive.Thread, f Frame) (*Stop, error) {
	pc := th.Regs.PC()
	if f.PC != pc {
		return nil, errors.New("finish out of an inlined call needs it to be in the innermost function")
	}
	fn, ok := e.symbols.Function(pc)
	if !ok {
		return nil, errors.New("cannot find bounds of current function")
	}
	w := &walk{watchdog: e.drive.Watch(e.look)}
	defer w.watchdog.Stop()
	from, _ := e.symbols.Line(pc, f.Inlined-1)
	w.Walk = line.Walk{Function: fn, Depth: f.Inlined - 1, CFA: f.CFA, Line: from, Block: e.symbols.BlockRanges(pc, f.Inlined)}
	ranges := w.Block
	for {
		_, stop, err := e.leave(th, w, ranges)
		if stop != nil || err != nil {
			return stop, err
		}
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		var strays bool
		if ranges, strays = e.program.Strays(&w.Walk, &th.Regs); !strays {
			return nil, e.showOuter(th)
		}
	}
}

// Until is Next that never goes backwards: it runs past a loop's end (until).
func (e *Engine) Until(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if entered, stop, err := e.deliverLine(th, false); entered || stop != nil || err != nil {
			return stop, err
		}
		begun, ok := e.program.Begin(&th.Regs, e.depth(th), false)
		if !ok {
			return e.stepOut(th)
		}
		w := &walk{Walk: begun, watchdog: e.drive.Watch(e.look)}
		defer w.watchdog.Stop()
		before := e.program.Before(&w.Walk, th.Regs.PC())
		ranges := []Range{before}
		for {
			landed, stop, err := e.leave(th, w, ranges)
			if landed || stop != nil || err != nil {
				return stop, err
			}
			done, next, stop, err := e.arrive(th, w)
			if done || stop != nil || err != nil {
				return stop, err
			}
			ranges = append([]Range{before}, line.Outside(before, next)...)
		}
	})
}

// Advance runs until the thread reaches one of the places, or the current frame returns (until
// LOCATION, advance LOCATION).
func (e *Engine) Advance(ctx context.Context, places []Place) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		tr := journey(th)
		tr.Sections = e.sections.Around(th.Regs.PC())
		for _, p := range places {
			if err := e.sections.GuardOwn(p.Addr); err != nil {
				return nil, err
			}
			tr.Trap(p.Addr, drive.Always)
		}
		if cfa, caller, ok := e.symbols.Caller(&th.Regs, e.target); ok && caller.PC() != 0 {
			e.trapReturn(tr, caller.PC(), cfa)
			e.trapUnwinding(tr, waiting(cfa))
		}
		_, stop, err := e.do(tr)
		return stop, err
	})
}
