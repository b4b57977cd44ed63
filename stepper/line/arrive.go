package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Arrival is what a place means that a way out of a line has led to.
type Arrival struct {
	Kind   ArrivalKind
	Depth  int             // Ends: the inline depth that is shown
	Ranges []machine.Range // Within: to be left next
}

// ArrivalKind is how a walk goes on from a place.
type ArrivalKind int

// The kinds of arrivals.
const (
	Ends   ArrivalKind = iota // the step ends there
	Within                    // it is in the middle of a line, that of the walk from now on
	Bare                      // it is code between lines, to be stepped through: an abort handler, the return from a signal
)

// Arrive decides about the place of r. Where it is in another frame, or inlined call,
// the walk is one there afterwards.
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

// returned decides for an arrival in another frame, that of a caller or one
// where an exception was caught. In the middle of a line the walk goes on there,
// to the end of that line, as gdb has it ("step", "next").
func (p *Program) returned(w *Walk, fn source.Function, cfa, pc table.Addr) Arrival {
	depth := p.Outer(pc)
	line, ok := p.symbols.Line(pc, depth)
	if !ok || line.Line == 0 || p.symbols.LineStart(pc, depth) {
		return Arrival{Kind: Ends, Depth: depth}
	}
	// The line that is under way is the call's; the return address may be in the
	// middle of the next one, whose statement is still to begin.
	if call, ok := p.symbols.Line(pc-1, depth); ok && call.Line != 0 {
		line = call
	}
	w.Function, w.CFA, w.Depth, w.Line = fn, cfa, depth, line
	w.Block = p.symbols.BlockRanges(pc, depth)
	return Arrival{Kind: Within, Ranges: p.symbols.LineRanges(pc, depth)}
}

// sameFunction decides for an arrival in the frame the walk began in.
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
	case w.Into && !left && total > depth && line == w.Line:
		// A call inlined on this very line: step enters it.
		return Arrival{Kind: Ends, Depth: depth + 1}
	case line != w.Line && p.symbols.LineStart(pc, depth):
		return Arrival{Kind: Ends, Depth: depth}
	}
	if left {
		w.Depth, w.Block = depth, p.symbols.BlockRanges(pc, depth)
	}
	ranges := p.symbols.LineRanges(pc, depth)
	if total > depth && line != w.Line {
		// Part of an inlined call was moved up before the statement that makes
		// the call: the line is still to begin.
		ranges = p.untilStart(ranges, pc, depth)
	}
	// In the middle of a line is no place to stop. Coming back from there to the
	// line that was left (w.Line) is still that line: compilers give the head of
	// a loop to the line before it. gdb stops there, once a round.
	return Arrival{Kind: Within, Ranges: ranges}
}

// bare reports whether pc is in code to be walked through rather than shown:
// an abort handler without lines, or a signal's return trampoline.
func (p *Program) bare(pc table.Addr, fn source.Function, known bool) bool {
	if _, ok := p.symbols.Line(pc, 0); ok {
		return false
	}
	return p.sections.InHandler(pc) || known && fn.Name == "__restore_rt"
}
