package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Cover returns the code that belongs to the line. For next this includes the calls inlined on
// it; for step their code is outside. It includes abort handlers without lines of their own that
// belong to sections of the line, so that the thread runs through aborts at full speed.
func (p *Program) Cover(w *Walk, ranges []machine.Range) []machine.Range {
	out := ranges
	if w.Into {
		out = p.withoutInlined(w, ranges)
	}
	for s := range p.sections.Touching(ranges, machine.Ways{}) {
		if r, _, ok := p.sections.Handler(s); ok && !machine.InRanges(out, r.Low) {
			out = append(out[:len(out):len(out)], r)
		}
	}
	return out
}

// withoutInlined removes the code of deeper inlined calls that the step enters from the ranges. It
// examines bytes, not instructions, because the ranges may contain data.
func (p *Program) withoutInlined(w *Walk, ranges []machine.Range) []machine.Range {
	var out, skipped, entered []machine.Range
	for _, r := range ranges {
		for pc := r.Low; pc < r.High; pc++ {
			if total, _ := p.symbols.Inlines(pc); total > w.Depth && !machine.InRanges(skipped, pc) {
				block := []machine.Range{{Low: pc, High: pc + 1}}
				if !machine.InRanges(entered, pc) {
					if whole := p.symbols.BlockRanges(pc, w.Depth+1); machine.InRanges(whole, pc) {
						block = whole
					}
					if p.EntersInlined(pc, w.Depth+1) {
						entered = append(entered, block...)
					} else {
						skipped = append(skipped, block...)
					}
				}
			}
			if machine.InRanges(entered, pc) {
				continue
			}
			if n := len(out); n > 0 && out[n-1].High == pc {
				out[n-1].High++
			} else {
				out = append(out, machine.Range{Low: pc, High: pc + 1})
			}
		}
	}
	if out == nil {
		return ranges
	}
	return out
}

// untilStart returns the straight run from pc to the beginning of a statement. It ends at an
// instruction that does not continue at the next one, because data may follow.
func (p *Program) untilStart(ranges []machine.Range, pc table.Addr, depth int) []machine.Range {
	run := machine.Range{Low: pc, High: pc}
	for machine.InRanges(ranges, run.High) && (run.High == pc || !p.symbols.LineStart(run.High, depth)) {
		insn, err := p.sections.Decode(run.High)
		if err != nil {
			return ranges
		}
		run.High = insn.Next()
		if !insn.Continues() {
			break
		}
	}
	return []machine.Range{run}
}

// Strays returns the instructions up to the next statement if r stands in the frame of the walk,
// in the middle of another line than the walk's.
func (p *Program) Strays(w *Walk, r *machine.Regs) ([]machine.Range, bool) {
	pc := r.PC()
	if cfa, ok := p.frame(r); w.Caught || !ok || cfa != w.CFA || !machine.InRanges(w.Function.Ranges, pc) {
		return nil, false
	}
	depth := p.Outer(pc)
	line, ok := p.symbols.Line(pc, depth)
	if !ok || line == w.Line || p.symbols.LineStart(pc, depth) {
		return nil, false
	}
	return p.untilStart(p.symbols.LineRanges(pc, depth), pc, depth), true
}

// Before returns the code of a walk's function, or inlined call, from its beginning to the end of
// the line at pc. The until command does not stop in it.
func (p *Program) Before(w *Walk, pc table.Addr) machine.Range {
	last := pc
	for _, r := range p.symbols.LineRanges(pc, w.Depth) {
		if r.Contains(pc) {
			last = r.High
		}
	}
	before := machine.Range{Low: w.Function.Entry, High: last}
	if w.Depth > 0 {
		// The caller's code is not part of an inlined call, although it may stand before it:
		// until would also run out of a loop around the call.
		for _, r := range w.Block {
			if r.Contains(pc) {
				before = machine.Range{Low: r.Low, High: min(last, r.High)}
			}
		}
	}
	if last <= pc || before.Low > pc {
		return machine.Range{Low: pc, High: pc + 1}
	}
	return before
}

// Outside removes r from ranges.
func Outside(r machine.Range, ranges []machine.Range) []machine.Range {
	var out []machine.Range
	for _, x := range ranges {
		if x.Low < r.Low {
			out = append(out, machine.Range{Low: x.Low, High: min(x.High, r.Low)})
		}
		if x.High > r.High {
			out = append(out, machine.Range{Low: max(x.Low, r.High), High: x.High})
		}
	}
	return out
}
