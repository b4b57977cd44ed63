package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// trapCallee makes a step enter a function that has lines: at its entry, when
// it was called from the frame of the walk, and from there past its prologue.
func (e *Engine) trapCallee(tr *traps, w *walk, target table.Addr, entered *bool) {
	fn, ok := e.calleeWithLines(target)
	if !ok {
		return
	}
	e.trapAt(tr, fn.Entry, func(th *thread) (bool, *Stop, error) {
		if !e.calledFrom(th, w) {
			return false, nil, nil
		}
		stop, err := e.enter(th, fn)
		*entered = true
		return true, stop, err
	})
}

// calleeWithLines follows PLT stubs from target to a function that has lines.
func (e *Engine) calleeWithLines(target table.Addr) (Function, bool) {
	target = e.skipStubs(target)
	fn, ok := e.symbols.Function(target)
	return fn, ok && fn.HasLines && fn.Entry == target
}

// skipStubs follows PLT stubs and the like from target.
func (e *Engine) skipStubs(target table.Addr) table.Addr {
	for hops := 0; hops < 4; hops++ {
		to, ok := e.symbols.Trampoline(target, e.target)
		if !ok {
			break
		}
		target = to
	}
	return target
}

// calledFrom: the thread stands at a function's first instruction and was
// called by the frame of the walk (or by a tail call of it).
func (e *Engine) calledFrom(th *thread, w *walk) bool {
	ra, ok := th.regs.ReturnAddress(e.target)
	if !ok {
		return false
	}
	if th.regs.EntryCFA() == w.cfa {
		return true // tail call: the frame was handed over
	}
	if !inRanges(w.fn.Ranges, ra-1) {
		return false
	}
	_, caller, ok := e.symbols.Caller(&th.regs, e.target)
	if !ok {
		return true
	}
	cfa, _, ok := e.symbols.Caller(&caller, e.target)
	return !ok || cfa == w.cfa
}

// enter runs a thread from a function's entry past its prologue.
func (e *Engine) enter(th *thread, fn Function) (*Stop, error) {
	if fn.Body == th.regs.PC() || fn.Body == 0 {
		return nil, nil
	}
	if e.covering(fn.Body) != nil {
		return nil, nil
	}
	_, stop, err := e.runTo(th, []table.Addr{fn.Body}, nil)
	return stop, err
}

// stepLine is the trap at an instruction of the line that only the processor knows
// the way from: an indirect branch, one of a section that is stepped. again is set
// where it leads inside, to code that its ways had not shown.
func (e *Engine) stepLine(w *walk, ways *machine.Ways, inside func(table.Addr) bool, entered, again *bool) trap {
	return func(th *thread) (bool, *Stop, error) {
		if arrived, _, _ := e.sameFrame(w)(th); !arrived {
			return false, nil, nil
		}
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return false, stop, err
		}
		if err := e.load(th); err != nil {
			return false, nil, err
		}
		pc := th.regs.PC()
		switch {
		case inside(pc):
			*again = !ways.Begins(pc)
			return *again, nil, nil
		case inRanges(w.fn.Ranges, pc) && pc != w.fn.Entry:
			return e.covering(pc) == nil, nil, nil
		case th.regs.SP() >= w.cfa:
			return true, nil, nil // it was a return
		case w.into:
			if fn, ok := e.calleeWithLines(pc); ok {
				*entered = true
				if fn.Entry != pc {
					// Through a PLT stub: run to the function itself.
					if _, stop, err := e.runTo(th, []table.Addr{fn.Entry}, nil); stop != nil || err != nil {
						return false, stop, err
					}
				}
				stop, err := e.enter(th, fn)
				return true, stop, err
			}
		}
		return false, nil, nil
	}
}
