package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
)

// ErrOutermost says that a frame has no caller to return to.
var ErrOutermost = errors.New(`"finish" not meaningful in the outermost frame`)

// Finish runs until the given frame (0 is the innermost shown) has returned.
func (e *Engine) Finish(ctx context.Context, frame int) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
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
		w := &walk{cfa: f.CFA, whole: true}
		e.trapUnwinding(tr, w)
		arrived, stop, err := e.do(tr)
		if stop != nil && stop.Reason == StopCallReturned && frames[frame+1].Called && stop.call.sp == frames[frame+1].CFA {
			done := &Finished{Function: f.Function, Entry: f.Entry, Integers: stop.Returned.Integers}
			copy(done.XMM0[:], stop.Returned.XState[xmm0:])
			return &Stop{Reason: StopFinished, TID: th.TID, Finished: done}, err
		}
		if !arrived || err != nil {
			return stop, err
		}
		if w.caught {
			e.drive.Notify("%s did not return: an exception or a longjmp led out of it", f.Function)
			return nil, nil
		}
		if err := e.load(th); err != nil {
			return nil, err
		}
		done := &Finished{Function: f.Function, Entry: f.Entry, Integers: th.Regs.Results()}
		if area, err := e.target.XState(th.TID); err == nil && len(area) >= xmm0+len(done.XMM0) {
			copy(done.XMM0[:], area[xmm0:])
		}
		if err := e.showOuter(th); err != nil {
			return nil, err
		}
		return &Stop{Reason: StopFinished, TID: th.TID, Finished: done}, nil
	})
}

// xmm0 is where the FXSAVE area keeps XMM0, bytes (Intel SDM volume 1, 10.5.1).
const xmm0 = 160

// finishInlined leaves an inlined call; its caller's frame must be the innermost
// real one. Instructions of the call that the compiler moved out of it, which the
// line table still gives to the callee, are gone through as well: at them the
// caller's frame would show the callee's line.
func (e *Engine) finishInlined(th *thread, f Frame) (*Stop, error) {
	pc := th.Regs.PC()
	if f.PC != pc {
		return nil, errors.New("finish out of an inlined call needs it to be in the innermost function")
	}
	fn, ok := e.symbols.Function(pc)
	if !ok {
		return nil, errors.New("cannot find bounds of current function")
	}
	w := &walk{fn: fn, depth: f.Inlined - 1, cfa: f.CFA, watchdog: e.drive.Watch(e.look)}
	defer w.watchdog.Stop()
	w.line, _ = e.symbols.Line(pc, w.depth) // of the call
	w.block = e.symbols.BlockRanges(pc, f.Inlined)
	ranges := w.block
	for {
		_, stop, err := e.leave(th, w, ranges)
		if stop != nil || err != nil {
			return stop, err
		}
		if err := e.load(th); err != nil {
			return nil, err
		}
		var strays bool
		if ranges, strays = e.strays(th, w); !strays {
			return nil, e.showOuter(th)
		}
	}
}

// strays is the instructions up to the next statement, where the thread stands
// in the frame of the walk in the middle of another line than the walk's.
func (e *Engine) strays(th *thread, w *walk) ([]Range, bool) {
	pc := th.Regs.PC()
	cfa, _, ok := e.symbols.Caller(&th.Regs, e.target)
	if w.caught || !ok || cfa != w.cfa || !machine.InRanges(w.fn.Ranges, pc) {
		return nil, false
	}
	total, entering := e.symbols.Inlines(pc)
	depth := total - entering
	line, ok := e.symbols.Line(pc, depth)
	if !ok || line == w.line || e.symbols.LineStart(pc, depth) {
		return nil, false
	}
	return e.untilStart(e.symbols.LineRanges(pc, depth), pc, depth), true
}

// Until is next that never goes back: it passes a loop's end (until).
func (e *Engine) Until(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if entered, stop, err := e.deliverLine(th, false); entered || stop != nil || err != nil {
			return stop, err
		}
		pc := th.Regs.PC()
		depth := e.depth(th)
		fn, known := e.symbols.Function(pc)
		line, hasLine := e.symbols.Line(pc, depth)
		if !known || !hasLine {
			return e.stepOut(th, fn, known)
		}
		cfa, _, ok := e.symbols.Caller(&th.Regs, e.target)
		if !ok {
			cfa = th.Regs.SP()
		}
		w := &walk{fn: fn, depth: depth, line: line, block: e.symbols.BlockRanges(pc, depth), cfa: cfa, watchdog: e.drive.Watch(e.look)}
		defer w.watchdog.Stop()
		last := pc
		for _, r := range e.symbols.LineRanges(pc, depth) {
			if r.Contains(pc) {
				last = r.High
			}
		}
		before := Range{Low: fn.Entry, High: last}
		if depth > 0 {
			// The caller's code is no part of an inlined call, though it may stand
			// before it: a loop around the call would be run out too.
			for _, r := range w.block {
				if r.Contains(pc) {
					before = Range{Low: r.Low, High: min(last, r.High)}
				}
			}
		}
		if last <= pc || before.Low > pc {
			before = Range{Low: pc, High: pc + 1}
		}
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
			ranges = append([]Range{before}, outside(before, next)...)
		}
	})
}

// outside cuts r away from ranges.
func outside(r Range, ranges []Range) []Range {
	var out []Range
	for _, x := range ranges {
		if x.Low < r.Low {
			out = append(out, Range{Low: x.Low, High: min(x.High, r.Low)})
		}
		if x.High > r.High {
			out = append(out, Range{Low: max(x.Low, r.High), High: x.High})
		}
	}
	return out
}

// Advance runs to one of the places, or until the current frame returns
// (until LOCATION, advance LOCATION).
func (e *Engine) Advance(ctx context.Context, places []Place) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
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
			e.trapUnwinding(tr, &walk{cfa: cfa, whole: true})
		}
		_, stop, err := e.do(tr)
		return stop, err
	})
}
