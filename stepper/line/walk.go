package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Walk is a line step under way: the frame it began in, or has come to, and the line
// that is being left.
type Walk struct {
	Into     bool // step rather than next
	Function source.Function
	Depth    int // inline depth the user is shown
	Line     source.Line
	Block    []machine.Range // what stands in the same inlined call
	CFA      table.Addr      // of the frame

	Caught bool // an exception or a longjmp led out: the step ends where it landed
	Whole  bool // only what leaves the frame itself leads out (finish)
}

// Begin is the walk out of the line that r stands at, seen from an inline depth. ok is
// false where there is no line, or no function: what is known of it is in the walk.
func (p *Program) Begin(r *machine.Regs, depth int, into bool) (w Walk, ok bool) {
	pc := r.PC()
	fn, known := p.symbols.Function(pc)
	line, hasLine := p.symbols.Line(pc, depth)
	w = Walk{Into: into, Function: fn, Depth: depth, Line: line}
	if !known || !hasLine {
		return w, false
	}
	w.Block = p.symbols.BlockRanges(pc, depth)
	if w.CFA, ok = p.frame(r); !ok {
		w.CFA = r.SP()
	}
	return w, true
}

// InFrame reports whether r is in the frame of the walk or one that it returned to, not
// in a deeper activation of the function (recursion, a signal handler).
func (p *Program) InFrame(w *Walk, r *machine.Regs) bool {
	cfa, ok := p.frame(r)
	return !ok || cfa >= w.CFA
}

// ReturnsTo reports whether the frame of r returns to an address. (A recursive call on
// the line itself returns into the line.)
func (p *Program) ReturnsTo(r *machine.Regs, a table.Addr) bool {
	_, caller, ok := p.symbols.Caller(r, p.mem)
	return ok && caller.PC() == a
}

// Land reports whether an exception or a longjmp that has led to r has left the frame of
// the walk, and notes that it is caught there. A place further in is no arrival; nor is
// one in that frame for a walk that waits for the frame's end: a siglongjmp back to its
// own sigsetjmp, a catch.
func (p *Program) Land(w *Walk, r *machine.Regs) bool {
	cfa, ok := p.frame(r)
	w.Caught = !ok || cfa > w.CFA || cfa == w.CFA && !w.Whole
	return w.Caught
}

// Callee follows PLT stubs from target to a function that has lines.
func (p *Program) Callee(target table.Addr) (source.Function, bool) {
	target = p.sections.SkipStubs(target)
	fn, ok := p.symbols.Function(target)
	return fn, ok && fn.HasLines && fn.Entry == target
}

// CalledFrom reports whether r, at a function's first instruction, was called by the
// frame of the walk (or by a tail call of it).
func (p *Program) CalledFrom(w *Walk, r *machine.Regs) bool {
	ra, ok := r.ReturnAddress(p.mem)
	switch {
	case !ok:
		return false
	case r.EntryCFA() == w.CFA:
		return true // tail call: the frame was handed over
	case !machine.InRanges(w.Function.Ranges, ra-1):
		return false
	}
	_, caller, ok := p.symbols.Caller(r, p.mem)
	if !ok {
		return true
	}
	cfa, ok := p.frame(&caller)
	return !ok || cfa == w.CFA
}
