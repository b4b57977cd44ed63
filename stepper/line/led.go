package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
)

// Led says where a stepped instruction has led (Trap kind Steps).
type Led int

// How the plan continues.
const (
	LedOn   Led = iota // the thread continues as planned
	LedOut             // it has left the code
	LedAnew            // it is still inside, at code that the plan did not know
	LedInto            // it is about to enter a function
)

// Inside reports whether r is still in the code that the plan leaves.
func (pl *Plan) Inside(r *machine.Regs) bool { return pl.inside(r.PC()) }

// LedOut reports whether a plan of LeaveRanges ends at r.
func (pl *Plan) LedOut(r *machine.Regs) bool { return !pl.Inside(r) || !pl.ways.Begins(r.PC()) }

// CalledOut reports whether a plan of LeaveRanges ends at r, a trap of kind Called. A call from
// elsewhere, or from a deeper activation, may arrive there as well.
func (pl *Plan) CalledOut(t Trap, r *machine.Regs) bool {
	ra, ok := r.ReturnAddress(pl.program.mem)
	return !ok || ra == t.Return || machine.InRanges(pl.ranges, ra)
}

// Led decides for a plan of LeaveLine where a stepped instruction has led. fn is the function of
// LedInto.
func (pl *Plan) Led(w *Walk, r *machine.Regs) (led Led, fn source.Function) {
	pc, out := r.PC(), false
	switch {
	case pl.inside(pc):
		if !pl.ways.Begins(pc) {
			return LedAnew, fn
		}
	case machine.InRanges(w.Function.Ranges, pc) && pc != w.Function.Entry:
		out = pl.program.sections.Covering(pc) == nil
	case pl.returned(w, r):
		out = true
	case w.Into:
		if fn, ok := pl.program.Callee(w, pc); ok {
			return LedInto, fn
		}
	}
	if out {
		return LedOut, fn
	}
	return LedOn, fn
}

// returned reports whether the instruction of the line that has led to r was a return from the walk's
// frame, as opposed to a jump to another function that takes over the frame.
func (pl *Plan) returned(w *Walk, r *machine.Regs) bool {
	if r.SP() < w.CFA {
		return false
	}
	back, _ := r.ReturnAddress(pl.program.mem) // where it is in a register, the return has left it there
	return r.Left(w.CFA, back)
}
