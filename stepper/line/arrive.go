package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Arrival says what the place at the exit of a line means for the step.
type Arrival struct {
	Kind   ArrivalKind
	Depth  int             // Ends: the inline depth to show
	Ranges []machine.Range // Within: the code to leave next
}

// ArrivalKind says how a walk continues from a place.
type ArrivalKind int

// The kinds of arrivals.
const (
	Ends   ArrivalKind = iota // the step ends there
	Within                    // the place is in the middle of a line, which becomes the line of the walk
	Bare                      // the place is in code between lines that the step runs through: an abort handler, the return from a signal
)

// Arrive decides about the place of r. If that place is in another frame or inlined call, Arrive
// moves the walk there.
func (p *Program) Arrive(w *Walk, r *machine.Regs) Arrival {
	pc := r.PC()
	fn, known := p.symbols.Function(pc)
	if known && fn.Entry == w.Function.Entry {
		cfa, ok := p.frame(r)
		if !ok || cfa == w.CFA {
			return p.sameFunction(w, pc)
		}
		if cfa > w.CFA {
			return p.returned(w, fn, cfa, pc)
		}
	} else if !p.bare(pc, fn, known) {
		cfa, ok := p.frame(r)
		if !known || !ok {
			return Arrival{Kind: Ends, Depth: p.Outer(pc)}
		}
		return p.returned(w, fn, cfa, pc)
	}
	return Arrival{Kind: Bare}
}

// returned decides for an arrival in another frame: that of a caller, or one that has caught an
// exception. If the place is in the middle of a line, the walk continues to the end of that line,
// as in gdb ("step", "next").
func (p *Program) returned(w *Walk, fn source.Function, cfa, pc table.Addr) Arrival {
	depth := p.Outer(pc)
	line, ok := p.symbols.Line(pc, depth)
	if !ok || line.Line == 0 || p.symbols.LineStart(pc, depth) {
		return Arrival{Kind: Ends, Depth: depth}
	}
	// The call's line is the current line; the return address may be inside the next line, whose
	// statement has not begun.
	if call, ok := p.symbols.Line(pc-1, depth); ok && call.Line != 0 {
		line = call
	}
	w.Function, w.CFA, w.Depth, w.Line = fn, cfa, depth, line
	w.Block = p.symbols.BlockRanges(pc, depth)
	return Arrival{Kind: Within, Ranges: p.symbols.LineRanges(pc, depth)}
}

// sameFunction decides for an arrival in the frame in which the walk began.
func (p *Program) sameFunction(w *Walk, pc table.Addr) Arrival {
	total, entering := p.symbols.Inlines(pc)
	depth := w.Depth
	left := !machine.InRanges(w.Block, pc)
	if left {
		depth = total - entering
	}
	depth = min(depth, total)
	line, ok := p.symbols.Line(pc, depth)
	switch {
	case !ok || line.Line == 0:
		return Arrival{Kind: Bare}
	case w.Into && !left && total > depth && line == w.Line && p.EntersInlined(pc, depth+1):
		// This line contains an inlined call: step enters it.
		return Arrival{Kind: Ends, Depth: depth + 1}
	case line != w.Line && p.symbols.LineStart(pc, depth):
		return Arrival{Kind: Ends, Depth: depth}
	}
	if left {
		w.Depth, w.Block = depth, p.symbols.BlockRanges(pc, depth)
	}
	ranges := p.symbols.LineRanges(pc, depth)
	if total > depth && line != w.Line {
		// The compiler moved a part of an inlined call before the statement that makes the call:
		// the line has not begun yet.
		ranges = p.untilStart(ranges, pc, depth)
	}
	// A step does not stop in the middle of a line. If the thread returns from there to the line
	// that the walk left (w.Line), it is still on that line: compilers attribute the head of a
	// loop to the line before it. gdb stops there, once per round.
	return Arrival{Kind: Within, Ranges: ranges}
}

// bare reports whether the step runs through the code at pc instead of showing it: an abort
// handler without lines, or a signal return trampoline.
func (p *Program) bare(pc table.Addr, fn source.Function, known bool) bool {
	if _, ok := p.symbols.Line(pc, 0); ok {
		return false
	}
	return p.sections.InHandler(pc) || known && fn.Name == "__restore_rt"
}
