package stepper

import (
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// trapCallee makes a step enter a function that has lines: at its entry, when
// it was called from the frame of the walk, and from there past its prologue.
func (e *Engine) trapCallee(tr *move, w *walk, target table.Addr, entered *bool) {
	fn, ok := e.program.Callee(target)
	if !ok {
		return
	}
	e.trapAt(tr, fn.Entry, func(th *thread) answer {
		if !e.program.CalledFrom(&w.Walk, &th.regs) {
			return answer{}
		}
		*entered = true
		return e.enter(th, fn)
	})
}

// enter takes a thread from a function's entry past its prologue.
func (e *Engine) enter(th *thread, fn Function) answer {
	if fn.Body == th.regs.PC() || fn.Body == 0 || e.sections.Covering(fn.Body) != nil {
		return arrive()
	}
	return then(e.runTo(th, []table.Addr{fn.Body}, nil), arrive)
}

// stepLine is the trap at an instruction of the line that only the processor knows
// the way from: an indirect branch, one of a section that is stepped. again is set
// where it leads inside, to code that its ways had not shown.
func (e *Engine) stepLine(w *walk, ways *machine.Ways, inside func(table.Addr) bool, entered, again *bool) decision {
	return func(th *thread) answer {
		if a := e.sameFrame(w)(th); !a.arrived {
			return answer{}
		}
		return then(e.unit(th), func() answer {
			pc := th.regs.PC()
			switch {
			case inside(pc):
				*again = !ways.Begins(pc)
				return answer{arrived: *again}
			case machine.InRanges(w.Function.Ranges, pc) && pc != w.Function.Entry:
				return answer{arrived: e.sections.Covering(pc) == nil}
			case th.regs.SP() >= w.CFA:
				return arrive() // it was a return
			case w.Into:
				if fn, ok := e.program.Callee(pc); ok {
					*entered = true
					return e.enterFrom(th, fn)
				}
			}
			return answer{}
		})
	}
}

// enterFrom is enter for a thread that may stand in a PLT stub that leads to the function.
func (e *Engine) enterFrom(th *thread, fn Function) answer {
	if fn.Entry == th.regs.PC() {
		return e.enter(th, fn)
	}
	return then(e.runTo(th, []table.Addr{fn.Entry}, nil), func() answer { return e.enter(th, fn) })
}
