package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
)

// Led is where an instruction has led that was stepped (Trap kind Steps).
type Led int

// What becomes of the plan then.
const (
	LedOn   Led = iota // the thread goes on as planned
	LedOut             // it is out
	LedAnew            // it is still inside, at code that the plan had not seen
	LedInto            // it is about to enter a function
)

// Inside reports whether r is still in the code that the plan leaves.
func (pl *Plan) Inside(r *machine.Regs) bool { return pl.inside(r.PC()) }

// LedOut decides for a plan of LeaveRanges whether it has come to its end at r.
func (pl *Plan) LedOut(r *machine.Regs) bool { return !pl.Inside(r) || !pl.ways.Begins(r.PC()) }

// CalledOut decides for a plan of LeaveRanges about r, at a trap of kind Called: a call
// from elsewhere, or by a deeper activation, may come there as well.
func (pl *Plan) CalledOut(t Trap, r *machine.Regs) bool {
	ra, ok := r.ReturnAddress(pl.program.mem)
	return !ok || ra == t.Return || machine.InRanges(pl.ranges, ra)
}

// Led decides for a plan of LeaveLine where the instruction has led. fn is the function
// of LedInto.
func (pl *Plan) Led(w *Walk, r *machine.Regs) (led Led, fn source.Function) {
	pc, out := r.PC(), false
	switch {
	case pl.inside(pc):
		if !pl.ways.Begins(pc) {
			return LedAnew, fn
		}
	case machine.InRanges(w.Function.Ranges, pc) && pc != w.Function.Entry:
		out = pl.program.sections.Covering(pc) == nil
	case r.SP() >= w.CFA:
		out = true // it was a return
	case w.Into:
		if fn, ok := pl.program.Callee(pc); ok {
			return LedInto, fn
		}
	}
	if out {
		return LedOut, fn
	}
	return LedOn, fn
}
