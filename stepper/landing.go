package stepper

import (
	"rseqstep/stepper/line"
	"rseqstep/table"
)

// trapUnwinding makes a step end where an exception or a longjmp leads that
// leaves the frame of the walk for itself or a caller.
func (e *Engine) trapUnwinding(tr *move, w *walk) {
	for _, t := range e.program.Unwinding() {
		tr.trap(t.Addr, e.unwinds(w, t.Kind))
	}
}

// unwinds decides at one of the places where exceptions and longjmps pass through.
func (e *Engine) unwinds(w *walk, kind line.TrapKind) decision {
	return func(th *thread) answer {
		switch kind {
		case line.Unwinds:
			return e.land(th, w, table.Addr(th.regs.Arguments()[1]), nil)
		case line.Catches:
			if ra, ok := th.regs.ReturnAddress(e.target); ok {
				sp := th.regs.SP()
				return e.land(th, w, ra, func(th *thread) bool { return th.regs.SP() > sp })
			}
		case line.Jumps:
			if place, sp, ok := e.program.JumpTarget(&th.regs); ok && sp >= th.regs.SP() {
				return e.land(th, w, place, func(th *thread) bool { return th.regs.SP() == sp })
			}
		}
		return answer{}
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
