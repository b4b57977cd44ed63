package stepper

import (
	"rseqstep/table"
)

// trapUnwinding makes a step end where an exception or a longjmp leads that
// leaves the frame of the walk for itself or a caller.
func (e *Engine) trapUnwinding(tr *move, w *walk) {
	l := e.program.Landings()
	if l.Unwind != 0 {
		e.trapAt(tr, l.Unwind, func(th *thread) answer {
			return e.land(th, w, table.Addr(th.regs.Arguments()[1]), nil)
		})
	}
	if l.Catch != 0 {
		e.trapAt(tr, l.Catch, func(th *thread) answer {
			ra, ok := th.regs.ReturnAddress(e.target)
			if !ok {
				return answer{}
			}
			sp := th.regs.SP()
			return e.land(th, w, ra, func(th *thread) bool { return th.regs.SP() > sp })
		})
	}
	for _, a := range l.Jumps {
		e.trapAt(tr, a, func(th *thread) answer {
			place, sp, ok := e.program.JumpTarget(&th.regs)
			if !ok || sp < th.regs.SP() {
				return answer{}
			}
			return e.land(th, w, place, func(th *thread) bool { return th.regs.SP() == sp })
		})
	}
}

// land runs to where an exception or a longjmp leads, and arrives where that has left
// the frame of the walk.
func (e *Engine) land(th *thread, w *walk, place table.Addr, accept func(*thread) bool) answer {
	if e.sections.Image().At(place) != nil {
		return answer{}
	}
	return then(e.runTo(th, []table.Addr{place}, accept), func() answer {
		return answer{arrived: e.program.Land(&w.Walk, &th.regs)}
	})
}
