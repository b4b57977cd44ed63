package stepper

import (
	"rseqstep/stepper/line"
	"rseqstep/table"
)

// landings is where exceptions and longjmps pass through, looked for once for each set
// of modules.
func (e *Engine) landings() *line.Landings {
	if e.landing == nil {
		l := line.FindLandings(e.symbols.Address)
		e.landing = &l
	}
	return e.landing
}

// trapUnwinding makes a step end where an exception or a longjmp leads that
// leaves the frame of the walk for itself or a caller.
func (e *Engine) trapUnwinding(tr *move, w *walk) {
	l := e.landings()
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
			place, sp, ok := line.JumpTarget(&th.regs, e.target, func(a table.Addr) bool { return e.sections.Image().ModuleAt(a) != nil })
			if !ok || sp < th.regs.SP() {
				return answer{}
			}
			return e.land(th, w, place, func(th *thread) bool { return th.regs.SP() == sp })
		})
	}
}

// land runs to where an exception or a longjmp leads. A place further in than
// the frame of the walk is no arrival; nor is one in that frame for a walk that
// waits for the frame's end: a siglongjmp back to its own sigsetjmp, a catch.
func (e *Engine) land(th *thread, w *walk, place table.Addr, accept func(*thread) bool) answer {
	if e.sections.Image().At(place) != nil {
		return answer{}
	}
	return then(e.runTo(th, []table.Addr{place}, accept), func() answer {
		cfa, _, ok := e.symbols.Caller(&th.regs, e.target)
		w.caught = !ok || cfa > w.cfa || cfa == w.cfa && !w.whole
		return answer{arrived: w.caught}
	})
}
