package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// trapCallee makes a step enter a function that has lines: at its entry, when
// it was called from the frame of the walk, and from there past its prologue.
func (e *Engine) trapCallee(tr *drive.Move, w *walk, target table.Addr, entered *bool) {
	fn, ok := e.program.Callee(target)
	if !ok {
		return
	}
	e.trapAt(tr, fn.Entry, func(t *drive.Thread) drive.Answer {
		th := own(t)
		if !e.program.CalledFrom(&w.Walk, &th.Regs) {
			return drive.Answer{}
		}
		*entered = true
		return e.enter(th, fn)
	})
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
			case machine.InRanges(w.Function.Ranges, pc) && pc != w.Function.Entry:
				return drive.ArriveIf(e.sections.Covering(pc) == nil)
			case th.Regs.SP() >= w.CFA:
				return drive.Arrive() // it was a return
			case w.Into:
				if fn, ok := e.program.Callee(pc); ok {
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
