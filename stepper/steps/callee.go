package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// enterCallee decides at a function's entry: if the walk's frame has called the function, the
// step enters it and continues past its prologue.
func (s *Stepper) enterCallee(w *walk, fn source.Function, entered *bool) drive.Decision {
	return func(th *drive.Thread) drive.Answer {
		if !s.Program.CalledFrom(&w.Walk, &th.Regs) {
			return drive.Answer{}
		}
		*entered = true
		return s.enter(th, fn)
	}
}

// enter takes a thread from a function's entry past its prologue.
func (s *Stepper) enter(th *drive.Thread, fn source.Function) drive.Answer {
	if fn.Body == th.Regs.PC() || fn.Body == 0 || s.Sections.Covering(fn.Body) != nil {
		return drive.Arrive()
	}
	return drive.Then(runTo(th, []table.Addr{fn.Body}, nil), drive.Arrive)
}

// stepLine steps an instruction of the line whose next PC only the processor knows: an indirect
// branch, or one of a section that is stepped. It sets again if the instruction leads to code
// inside the line that the plan had not found.
func (s *Stepper) stepLine(w *walk, plan *line.Plan, entered, again *bool) drive.Decision {
	return func(th *drive.Thread) drive.Answer {
		if !s.Program.InFrame(&w.Walk, &th.Regs) {
			return drive.Answer{}
		}
		return drive.Then(s.Unit(th), func() drive.Answer {
			led, fn := plan.Led(&w.Walk, &th.Regs)
			switch led {
			case line.LedAnew:
				*again = true
				return drive.Arrive()
			case line.LedOut:
				return drive.Arrive()
			case line.LedInto:
				*entered = true
				return s.enterFrom(th, fn)
			}
			return drive.Answer{}
		})
	}
}

// enterFrom is enter for a thread that may be in a PLT stub of the function.
func (s *Stepper) enterFrom(th *drive.Thread, fn source.Function) drive.Answer {
	if fn.Entry == th.Regs.PC() {
		return s.enter(th, fn)
	}
	return drive.Then(runTo(th, []table.Addr{fn.Entry}, nil), func() drive.Answer { return s.enter(th, fn) })
}
