package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxBare bounds how many instructions without line information are stepped to
// come back to a line (abort handlers, stubs between two lines).
const maxBare = 64

// arrive looks at where a way out has led. done: the step ends here; else the
// ranges to leave next.
func (e *Engine) arrive(th *thread, w *walk) (done bool, ranges []Range, stop *Stop, err error) {
	for bare := 0; ; bare++ {
		if err := e.load(th); err != nil {
			return true, nil, nil, err
		}
		pc := th.Regs.PC()
		fn, known := e.symbols.Function(pc)
		if known && fn.Entry == w.fn.Entry {
			if cfa, _, ok := e.symbols.Caller(&th.Regs, e.target); !ok || cfa == w.cfa {
				if done, ranges, ok := e.sameFunction(th, w, pc); ok {
					return done, ranges, nil, nil
				}
			} else if cfa > w.cfa {
				done, ranges := e.returned(th, w, fn, cfa)
				return done, ranges, nil, nil
			}
		} else if !e.bareCode(th, pc, fn, known) {
			cfa, _, ok := e.symbols.Caller(&th.Regs, e.target)
			if !known || !ok {
				return true, nil, nil, e.showOuter(th)
			}
			done, ranges := e.returned(th, w, fn, cfa)
			return done, ranges, nil, nil
		}
		// Code between lines: an abort handler, the return from a signal.
		if bare >= maxBare {
			return true, nil, nil, e.showOuter(th)
		}
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return true, nil, stop, err
		}
	}
}

// returned decides for an arrival in another frame, that of a caller or one
// where an exception was caught. In the middle of a line the walk goes on there,
// to the end of that line, as gdb has it ("step", "next").
func (e *Engine) returned(th *thread, w *walk, fn Function, cfa table.Addr) (done bool, ranges []Range) {
	pc := th.Regs.PC()
	total, entering := e.symbols.Inlines(pc)
	depth := total - entering
	line, ok := e.symbols.Line(pc, depth)
	if !ok || line.Line == 0 || e.symbols.LineStart(pc, depth) {
		th.show(pc, depth)
		return true, nil
	}
	// The line that is under way is the call's; the return address may be in the
	// middle of the next one, whose statement is still to begin.
	if call, ok := e.symbols.Line(pc-1, depth); ok && call.Line != 0 {
		line = call
	}
	w.fn, w.cfa, w.depth, w.line = fn, cfa, depth, line
	w.block = e.symbols.BlockRanges(pc, depth)
	return false, e.symbols.LineRanges(pc, depth)
}

// sameFunction decides for an arrival in the frame the walk began in. ok is
// false where there is no line.
func (e *Engine) sameFunction(th *thread, w *walk, pc table.Addr) (done bool, ranges []Range, ok bool) {
	total, entering := e.symbols.Inlines(pc)
	depth := w.depth
	left := !machine.InRanges(w.block, pc)
	if left {
		depth = total - entering
	}
	if depth > total {
		depth = total
	}
	line, hasLine := e.symbols.Line(pc, depth)
	if !hasLine || line.Line == 0 {
		return false, nil, false
	}
	if w.into && !left && total > depth && line == w.line {
		// A call inlined on this very line: step enters it.
		th.show(pc, depth+1)
		return true, nil, true
	}
	if line != w.line && e.symbols.LineStart(pc, depth) {
		th.show(pc, depth)
		return true, nil, true
	}
	if left {
		w.depth, w.block = depth, e.symbols.BlockRanges(pc, depth)
	}
	ranges = e.symbols.LineRanges(pc, depth)
	if total > depth && line != w.line {
		// Part of an inlined call was moved up before the statement that makes
		// the call: the line is still to begin.
		return false, e.untilStart(ranges, pc, depth), true
	}
	// In the middle of a line is no place to stop. Coming back from there to the
	// line that was left (w.line) is still that line: compilers give the head of
	// a loop to the line before it. gdb stops there, once a round.
	return false, ranges, true
}

// untilStart is the straight run from pc to where a statement begins. It ends with
// an instruction that does not go on to the next: behind it may lie data.
func (e *Engine) untilStart(ranges []Range, pc table.Addr, depth int) []Range {
	run := Range{Low: pc, High: pc}
	for machine.InRanges(ranges, run.High) && (run.High == pc || !e.symbols.LineStart(run.High, depth)) {
		insn, err := e.sections.Decode(run.High)
		if err != nil {
			return ranges
		}
		run.High = insn.Next()
		if !insn.Continues() {
			break
		}
	}
	return []Range{run}
}

// bareCode: the thread stands in code to be walked through rather than shown:
// an abort handler without lines, or a signal's return trampoline.
func (e *Engine) bareCode(th *thread, pc table.Addr, fn Function, known bool) bool {
	if _, ok := e.symbols.Line(pc, 0); ok {
		return false
	}
	return e.sections.InHandler(pc) || known && fn.Name == "__restore_rt"
}

// showOuter shows the frame at the PC without the inlined calls that begin there.
func (e *Engine) showOuter(th *thread) error {
	if err := e.load(th); err != nil {
		return err
	}
	pc := th.Regs.PC()
	total, entering := e.symbols.Inlines(pc)
	th.show(pc, total-entering)
	return nil
}
