package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/table"
)

// trapUnwinding ends a step where an exception or a longjmp arrives that leaves the walk's
// frame for an earlier place in it or for a caller.
func (s *Stepper) trapUnwinding(tr *drive.Move, w *walk) {
	for _, t := range s.Program.Unwinding() {
		tr.Trap(t.Addr, s.unwinds(w, t.Kind))
	}
}

// unwinds decides at one of the places that exceptions and longjmps pass through.
func (s *Stepper) unwinds(w *walk, kind line.TrapKind) drive.Decision {
	return func(th *drive.Thread) drive.Answer {
		switch kind {
		case line.Unwinds:
			return s.land(th, w, table.Addr(th.Regs.Arguments()[1]), nil)
		case line.Catches:
			if ra, ok := th.Regs.ReturnAddress(s.Target); ok {
				cfa := th.Regs.EntryCFA()
				return s.land(th, w, ra, func(th *drive.Thread) bool { return th.Regs.SP() >= cfa })
			}
		case line.Jumps:
			if place, sp, ok := s.Program.JumpTarget(&th.Regs); ok && sp >= th.Regs.SP() {
				return s.land(th, w, place, func(th *drive.Thread) bool { return th.Regs.SP() == sp })
			}
		}
		return drive.Answer{}
	}
}

// land runs to the target of an exception or a longjmp, and arrives if that has left the walk's
// frame.
func (s *Stepper) land(th *drive.Thread, w *walk, place table.Addr, accept func(*drive.Thread) bool) drive.Answer {
	if s.Sections.Image().At(place) != nil {
		return drive.Answer{}
	}
	return drive.Then(runTo(th, []table.Addr{place}, accept), func() drive.Answer {
		return drive.ArriveIf(s.Program.Land(&w.Walk, &th.Regs))
	})
}
