package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// cover is what counts as still on the line: for next, calls inlined on it
// too; for step, their code is a way out. Abort handlers without lines of
// their own that belong to sections of the line count, so that aborts in it
// are taken at native speed.
func (e *Engine) cover(w *walk, ranges []Range) []Range {
	out := ranges
	if w.into {
		out = e.withoutInlined(w, ranges)
	}
	for p := range e.sectionsOf(ranges, machine.Ways{}) {
		if r, _, ok := e.handler(p); ok && !inRanges(out, r.Low) {
			out = append(out[:len(out):len(out)], r)
		}
	}
	return out
}

// handler is the straight run of instructions at a section's abort handler, when
// no statement of its own begins there, and where it leads: the target of its first
// unconditional jump, or the statement that it falls into. (A handler put into a
// subsection of its function's text seems to belong to whatever line stands before it.)
func (e *Engine) handler(p *table.Placed) (r Range, to table.Addr, ok bool) {
	r = Range{Low: p.Abort, High: p.Abort}
	if e.beginsStatement(p.Abort) {
		return r, 0, false
	}
	for i := 0; i < 32; i++ {
		insn, err := e.decode(r.High)
		if err != nil {
			return r, 0, false
		}
		r.High = insn.Next()
		if !insn.Continues() {
			return r, insn.Target, insn.Kind == machine.Jump
		}
		if e.beginsStatement(r.High) {
			return r, r.High, true
		}
	}
	return r, 0, false
}

// beginsStatement reports whether a statement of the innermost inlined call begins at a.
func (e *Engine) beginsStatement(a table.Addr) bool {
	total, _ := e.symbols.Inlines(a)
	return e.symbols.LineStart(a, total)
}

// withoutInlined cuts code of deeper inlined calls out of the ranges. Bytes are
// looked at, not instructions: among them may be data.
func (e *Engine) withoutInlined(w *walk, ranges []Range) []Range {
	var out []Range
	for _, r := range ranges {
		for pc := r.Low; pc < r.High; pc++ {
			if total, _ := e.symbols.Inlines(pc); total > w.depth {
				continue
			}
			if n := len(out); n > 0 && out[n-1].High == pc {
				out[n-1].High++
			} else {
				out = append(out, Range{Low: pc, High: pc + 1})
			}
		}
	}
	if out == nil {
		return ranges
	}
	return out
}

// sectionsOf yields the sections that the ranges touch or that begin where
// they are left.
func (e *Engine) sectionsOf(ranges []Range, ways machine.Ways) map[*table.Placed]bool {
	found := map[*table.Placed]bool{}
	for _, r := range ranges {
		for _, p := range e.image.Overlapping(r.Low, r.High) {
			found[p] = true
		}
	}
	for _, b := range append(ways.Falls[:len(ways.Falls):len(ways.Falls)], ways.Branches...) {
		if p := e.image.At(b.To); p != nil {
			found[p] = true
		}
	}
	return found
}

func inRanges(ranges []Range, a table.Addr) bool {
	for _, r := range ranges {
		if r.Contains(a) {
			return true
		}
	}
	return false
}
