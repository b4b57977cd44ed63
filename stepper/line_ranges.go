package stepper

import (
	"rseqstep/stepper/machine"
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
	for p := range e.sections.Touching(ranges, machine.Ways{}) {
		if r, _, ok := e.sections.Handler(p); ok && !machine.InRanges(out, r.Low) {
			out = append(out[:len(out):len(out)], r)
		}
	}
	return out
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
