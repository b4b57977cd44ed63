package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Walk is an unfinished line step: its current frame and the line that it leaves. Addresses are
// process addresses.
type Walk struct {
	Into     bool // step, as opposed to next
	Function source.Function
	Depth    int // inline depth that the user sees
	Line     source.Line
	Block    []machine.Range // the code of the same inlined call
	CFA      table.Addr      // of the frame

	Caught bool // an exception or a longjmp left the frame: the step ends where it landed
	Whole  bool // only leaving the frame itself ends the walk (finish)
}

// Begin returns the walk out of the line at r, at an inline depth. ok is false if there is no
// line or no function; the walk then holds what is known.
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

// InFrame reports whether r is in the frame of the walk or in one that it returned to, as opposed
// to a deeper activation of the function (recursion, a signal handler).
func (p *Program) InFrame(w *Walk, r *machine.Regs) bool {
	cfa, ok := p.frame(r)
	return !ok || cfa >= w.CFA
}

// ReturnsTo reports whether a is the return address of the frame of r. (A recursive call on the
// line itself returns into the line.)
func (p *Program) ReturnsTo(r *machine.Regs, a table.Addr) bool {
	_, caller, ok := p.symbols.Caller(r, p.mem)
	return ok && caller.PC() == a
}

// Land reports whether an exception or a longjmp that led to r has left the frame of the walk,
// and sets w.Caught if so. An inner frame does not count; nor does the same frame for a walk that
// waits for the frame's end (a siglongjmp back to its own sigsetjmp, a catch).
func (p *Program) Land(w *Walk, r *machine.Regs) bool {
	cfa, ok := p.frame(r)
	w.Caught = !ok || cfa > w.CFA || cfa == w.CFA && !w.Whole
	return w.Caught
}

// Callee follows PLT stubs from target to a function that has lines and that a step from the
// walk's function enters.
func (p *Program) Callee(w *Walk, target table.Addr) (source.Function, bool) {
	target = p.sections.SkipStubs(target)
	fn, ok := p.symbols.Function(target)
	return fn, ok && fn.HasLines && fn.Entry == target && (p.Over == nil || !p.Over(w.Function, fn))
}

// EntersInlined reports whether a step enters the call that is inlined at pc at an inline depth.
func (p *Program) EntersInlined(pc table.Addr, depth int) bool {
	return p.OverInlined == nil || !p.OverInlined(pc, depth)
}

// CalledFrom reports whether the frame of the walk (or a tail call of it) called the function
// whose first instruction is at r.
func (p *Program) CalledFrom(w *Walk, r *machine.Regs) bool {
	ra, ok := r.ReturnAddress(p.mem)
	switch {
	case !ok:
		return false
	case r.EntryCFA() == w.CFA:
		return true // tail call: the function took over the frame
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
