package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// trapUnwinding makes a step end where an exception or a longjmp leads that
// leaves the frame of the walk for itself or a caller.
func (e *Engine) trapUnwinding(tr *drive.Move, w *walk) {
	l := e.program.Landings()
	if l.Unwind != 0 {
		e.trapAt(tr, l.Unwind, func(t *drive.Thread) drive.Answer {
			th := own(t)
			return e.land(th, w, table.Addr(th.Regs.Arguments()[1]), nil)
		})
	}
	if l.Catch != 0 {
		e.trapAt(tr, l.Catch, func(t *drive.Thread) drive.Answer {
			th := own(t)
			ra, ok := th.Regs.ReturnAddress(e.target)
			if !ok {
				return drive.Answer{}
			}
			sp := th.Regs.SP()
			return e.land(th, w, ra, func(th *drive.Thread) bool { return th.Regs.SP() > sp })
		})
	}
	for _, a := range l.Jumps {
		e.trapAt(tr, a, func(t *drive.Thread) drive.Answer {
			th := own(t)
			place, sp, ok := e.program.JumpTarget(&th.Regs)
			if !ok || sp < th.Regs.SP() {
				return drive.Answer{}
			}
			return e.land(th, w, place, func(th *drive.Thread) bool { return th.Regs.SP() == sp })
		})
	}
}

// land runs to where an exception or a longjmp leads, and arrives where that has left
// the frame of the walk.
func (e *Engine) land(th *thread, w *walk, place table.Addr, accept func(*drive.Thread) bool) drive.Answer {
	if e.sections.Image().At(place) != nil {
		return drive.Answer{}
	}
	return drive.Then(runTo(th, []table.Addr{place}, accept), func() drive.Answer {
		return drive.ArriveIf(e.program.Land(&w.Walk, &th.Regs))
	})
}
