package stepper

import (
	"rseqstep/stepper/line"

	"rseqstep/table"
)

// enterCallee makes a step enter a function at whose entry the thread stands, when
// it was called from the frame of the walk, and from there past its prologue.
func (e *Engine) enterCallee(w *walk, fn Function, entered *bool) decision {
	return func(th *thread) answer {
		if !e.program.CalledFrom(&w.Walk, &th.regs) {
			return answer{}
		}
		*entered = true
		return e.enter(th, fn)
	}
}

// enter takes a thread from a function's entry past its prologue.
func (e *Engine) enter(th *thread, fn Function) answer {
	if fn.Body == th.regs.PC() || fn.Body == 0 || e.sections.Covering(fn.Body) != nil {
		return arrive()
	}
	return then(e.runTo(th, []table.Addr{fn.Body}, nil), arrive)
}

// stepLine steps an instruction of the line that only the processor knows the way
// from: an indirect branch, one of a section that is stepped. again is set where it
// leads inside, to code that the plan had not seen.
func (e *Engine) stepLine(w *walk, plan *line.Plan, entered, again *bool) decision {
	return func(th *thread) answer {
		if !e.program.InFrame(&w.Walk, &th.regs) {
			return answer{}
		}
		return then(e.unit(th), func() answer {
			led, fn := plan.Led(&w.Walk, &th.regs)
			switch led {
			case line.LedAnew:
				*again = true
				return arrive()
			case line.LedOut:
				return arrive()
			case line.LedInto:
				*entered = true
				return e.enterFrom(th, fn)
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
