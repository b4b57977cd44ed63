package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// trapCallee makes a step enter a function that has lines: at its entry, when
// it was called from the frame of the walk, and from there past its prologue.
func (e *Engine) trapCallee(tr *drive.Move, w *walk, target table.Addr, entered *bool) {
	fn, ok := e.calleeWithLines(target)
	if !ok {
		return
	}
	e.trapAt(tr, fn.Entry, func(t *drive.Thread) drive.Answer {
		th := own(t)
		if !e.calledFrom(th, w) {
			return drive.Answer{}
		}
		*entered = true
		return e.enter(th, fn)
	})
}

// calleeWithLines follows PLT stubs from target to a function that has lines.
func (e *Engine) calleeWithLines(target table.Addr) (Function, bool) {
	target = e.sections.SkipStubs(target)
	fn, ok := e.symbols.Function(target)
	return fn, ok && fn.HasLines && fn.Entry == target
}

// calledFrom: the thread stands at a function's first instruction and was
// called by the frame of the walk (or by a tail call of it).
func (e *Engine) calledFrom(th *thread, w *walk) bool {
	ra, ok := th.Regs.ReturnAddress(e.target)
	if !ok {
		return false
	}
	if th.Regs.EntryCFA() == w.cfa {
		return true // tail call: the frame was handed over
	}
	if !machine.InRanges(w.fn.Ranges, ra-1) {
		return false
	}
	_, caller, ok := e.symbols.Caller(&th.Regs, e.target)
	if !ok {
		return true
	}
	cfa, _, ok := e.symbols.Caller(&caller, e.target)
	return !ok || cfa == w.cfa
}

// enter takes a thread from a function's entry past its prologue.
func (e *Engine) enter(th *thread, fn Function) drive.Answer {
	if fn.Body == th.Regs.PC() || fn.Body == 0 || e.sections.Covering(fn.Body) != nil {
		return drive.Arrive()
	}
	return drive.Then(runTo(th, []table.Addr{fn.Body}, nil), drive.Arrive)
}

// stepLine is the trap at an instruction of the line that only the processor knows
// the way from: an indirect branch, one of a section that is stepped. again is set
// where it leads inside, to code that its ways had not shown.
func (e *Engine) stepLine(w *walk, ways *machine.Ways, inside func(table.Addr) bool, entered, again *bool) drive.Decision {
	return func(t *drive.Thread) drive.Answer {
		th := own(t)
		if a := e.sameFrame(w)(t); !a.Arrives() {
			return drive.Answer{}
		}
		return drive.Then(e.unit(th), func() drive.Answer {
			pc := th.Regs.PC()
			switch {
			case inside(pc):
				*again = !ways.Begins(pc)
				return drive.ArriveIf(*again)
			case machine.InRanges(w.fn.Ranges, pc) && pc != w.fn.Entry:
				return drive.ArriveIf(e.sections.Covering(pc) == nil)
			case th.Regs.SP() >= w.cfa:
				return drive.Arrive() // it was a return
			case w.into:
				if fn, ok := e.calleeWithLines(pc); ok {
					*entered = true
					return e.enterFrom(th, fn)
				}
			}
			return drive.Answer{}
		})
	}
}

// enterFrom is enter for a thread that may stand in a PLT stub that leads to the function.
func (e *Engine) enterFrom(th *thread, fn Function) drive.Answer {
	if fn.Entry == th.Regs.PC() {
		return e.enter(th, fn)
	}
	return drive.Then(runTo(th, []table.Addr{fn.Entry}, nil), func() drive.Answer { return e.enter(th, fn) })
}
