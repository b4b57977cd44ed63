package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// wayTraps are the traps of a journey out of some ranges of code: at the places
// outside that the ways out lead to, and at instructions inside of which only
// the processor knows where they lead.
type wayTraps struct {
	*drive.Move
	e       *Engine
	ways    machine.Ways
	stepped map[table.Addr]bool // instructions inside that are stepped when they are met
	here    drive.Decision      // steps one
	blind   bool                // some way out cannot be trapped: instruction by instruction, then
}

// way traps a way out where it ends or, where nothing may be planted there, on the
// instruction that it begins with.
func (w *wayTraps) way(b machine.Branch, there drive.Decision) {
	places := w.e.sections.Places(b.To)
	if !w.e.sections.Allow(places) {
		if w.ways.Sure(b.From) {
			w.step(b.From)
		}
		return
	}
	for _, a := range places {
		w.Trap(a, there)
	}
}

// step has an instruction stepped when it is met. Where no trap can be, the
// journey is blind; but a section whose exits are not known is stepped as a whole.
func (w *wayTraps) step(a table.Addr) {
	switch {
	case w.stepped[a]:
	case w.e.sections.Covering(a) != nil:
		w.blind = w.blind || w.e.sections.ExitsKnown(a)
	case w.e.sections.GuardOwn(a) != nil || w.returnsAmiss(a):
		w.blind = true
	default:
		w.stepped[a] = true
		w.Trap(a, w.here)
	}
}

// returnsAmiss reports whether a call is at a that returns to where nothing may be
// planted: stepped, it would lead into its callee and be lost sight of.
func (w *wayTraps) returnsAmiss(a table.Addr) bool {
	insn, err := w.e.sections.Decode(a)
	return err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall) && w.e.sections.GuardOwn(insn.Next()) != nil
}

// unknowns traps what leads to where nothing is known: indirect jumps, places that
// do not decode, and the arming stores of sections with exits that are not known.
func (w *wayTraps) unknowns(sections map[*table.Placed]bool) {
	for _, a := range w.ways.Jumps {
		w.jump(a)
	}
	for _, b := range w.ways.Lost {
		if w.e.sections.Covering(b.To) != nil {
			continue // its section's exits are not known
		}
		if w.e.sections.GuardOwn(b.To) == nil {
			w.step(b.To)
		} else if b.From != 0 {
			w.step(b.From)
		}
	}
	for p := range sections {
		if body, err := w.e.sections.Body(p); err == nil && body.Known() {
			continue
		}
		if a, ok, err := w.e.sections.Arming(p); ok && err == nil {
			w.step(a)
		} else {
			w.blind = true
		}
	}
}

// jump has an indirect jump stepped, but for one inside a section.
func (w *wayTraps) jump(a table.Addr) {
	if w.e.sections.Covering(a) == nil && (w.ways.Sure(a) || w.e.sections.GuardOwn(a) == nil) {
		w.step(a)
	}
}

// prune drops traps that the exits of a section put into the ranges themselves,
// but for those that keep names, and those of which a place is not allowed.
func (w *wayTraps) prune(ranges []Range, keep func(table.Addr) bool) {
	for a := range w.At {
		if machine.InRanges(ranges, a) && !w.stepped[a] && !keep(a) || w.e.sections.GuardOwn(a) != nil {
			delete(w.At, a)
		}
	}
}
