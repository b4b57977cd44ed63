package stepper

import (
	"rseqstep/stepper/line"
	"rseqstep/stepper/unit"
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
func (e *Engine) trapUnwinding(tr *traps, w *walk) {
	l := e.landings()
	if l.Unwind != 0 {
		e.trapAt(tr, l.Unwind, func(th *thread) (bool, *Stop, error) {
			return e.land(th, w, table.Addr(th.regs.Arguments()[1]), nil)
		})
	}
	if l.Catch != 0 {
		e.trapAt(tr, l.Catch, func(th *thread) (bool, *Stop, error) {
			ra, ok := th.regs.ReturnAddress(e.target)
			if !ok {
				return false, nil, nil
			}
			sp := th.regs.SP()
			return e.land(th, w, ra, func(r *unit.Regs) bool { return r.SP() > sp })
		})
	}
	for _, a := range l.Jumps {
		e.trapAt(tr, a, func(th *thread) (bool, *Stop, error) {
			place, sp, ok := line.JumpTarget(&th.regs, e.target, func(a table.Addr) bool { return e.sections.Image().ModuleAt(a) != nil })
			if !ok || sp < th.regs.SP() {
				return false, nil, nil
			}
			return e.land(th, w, place, func(r *unit.Regs) bool { return r.SP() == sp })
		})
	}
}

// land runs to where an exception or a longjmp leads. A place further in than
// the frame of the walk is no arrival; nor is one in that frame for a walk that
// waits for the frame's end: a siglongjmp back to its own sigsetjmp, a catch.
func (e *Engine) land(th *thread, w *walk, place table.Addr, accept func(*unit.Regs) bool) (bool, *Stop, error) {
	if e.sections.Image().At(place) != nil {
		return false, nil, nil
	}
	if _, stop, err := e.runTo(th, []table.Addr{place}, accept); stop != nil || err != nil {
		return false, stop, err
	}
	if err := e.load(th); err != nil {
		return false, nil, err
	}
	cfa, _, ok := e.symbols.Caller(&th.regs, e.target)
	w.caught = !ok || cfa > w.cfa || cfa == w.cfa && !w.whole
	return w.caught, nil, nil
}
