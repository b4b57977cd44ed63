package stepper

import (
	"rseqstep/stepper/drive"
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
func (e *Engine) trapUnwinding(tr *drive.Move, w *walk) {
	l := e.landings()
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
			place, sp, ok := line.JumpTarget(&th.Regs, e.target, func(a table.Addr) bool { return e.sections.Image().ModuleAt(a) != nil })
			if !ok || sp < th.Regs.SP() {
				return drive.Answer{}
			}
			return e.land(th, w, place, func(th *drive.Thread) bool { return th.Regs.SP() == sp })
		})
	}
}

// land runs to where an exception or a longjmp leads. A place further in than
// the frame of the walk is no arrival; nor is one in that frame for a walk that
// waits for the frame's end: a siglongjmp back to its own sigsetjmp, a catch.
func (e *Engine) land(th *thread, w *walk, place table.Addr, accept func(*drive.Thread) bool) drive.Answer {
	if e.sections.Image().At(place) != nil {
		return drive.Answer{}
	}
	return drive.Then(runTo(th, []table.Addr{place}, accept), func() drive.Answer {
		cfa, _, ok := e.symbols.Caller(&th.Regs, e.target)
		w.caught = !ok || cfa > w.cfa || cfa == w.cfa && !w.whole
		return drive.ArriveIf(w.caught)
	})
}
