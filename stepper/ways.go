package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// wayTraps are the traps of a journey out of some ranges of code: at the places
// outside that the ways out lead to, and at instructions inside of which only
// the processor knows where they lead.
type wayTraps struct {
	*traps
	e       *Engine
	ways    machine.Ways
	stepped map[table.Addr]bool // instructions inside that are stepped when they are met
	here    trap                // steps one
	blind   bool                // some way out cannot be trapped: instruction by instruction, then
}

// waysOut follows the code of ranges from where the thread stands. From an address
// outside of them (code moved out of an inlined call) all that may begin counts.
func (e *Engine) waysOut(ranges []Range, pc table.Addr) machine.Ways {
	e.reached(pc)
	c := e.codeOf(ranges, pc)
	if !inRanges(ranges, pc) {
		c.Entries, c.Likely = append(c.Entries, c.Likely...), nil
	}
	return machine.WaysOut(c)
}

// way traps a way out where it ends or, where nothing may be planted there, on the
// instruction that it begins with.
func (w *wayTraps) way(b machine.Branch, there trap) {
	places := w.e.placesFor(b.To)
	if !w.e.allow(places) {
		if w.ways.Sure(b.From) {
			w.step(b.From)
		}
		return
	}
	for _, a := range places {
		w.e.addTrap(w.traps, a, there)
	}
}

// step has an instruction stepped when it is met. Where no trap can be, the
// journey is blind; but a section whose exits are not known is stepped as a whole.
func (w *wayTraps) step(a table.Addr) {
	switch {
	case w.stepped[a]:
	case w.e.covering(a) != nil:
		w.blind = w.blind || w.e.known(a)
	case w.e.guard(a, trapOurs) != nil || w.returnsAmiss(a):
		w.blind = true
	default:
		w.stepped[a] = true
		w.e.addTrap(w.traps, a, w.here)
	}
}

// known reports whether all exits of the sections at a are known: such sections are
// run natively.
func (e *Engine) known(a table.Addr) bool {
	for _, p := range e.image.AllAt(a) {
		if body, err := e.body(p); err != nil || !body.Known() {
			return false
		}
	}
	return true
}

// returnsAmiss reports whether a call is at a that returns to where nothing may be
// planted: stepped, it would lead into its callee and be lost sight of.
func (w *wayTraps) returnsAmiss(a table.Addr) bool {
	insn, err := w.e.decode(a)
	return err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall) && w.e.guard(insn.Next(), trapOurs) != nil
}

// placesFor is where a trap for a goes: the exits of the section it lies in, if any.
func (e *Engine) placesFor(a table.Addr) []table.Addr {
	if p := e.covering(a); p != nil {
		if body, err := e.body(p); err == nil {
			return e.exitsOf(body)
		}
		return nil
	}
	return []table.Addr{a}
}

// allow reports whether traps of ours may be planted at all the places.
func (e *Engine) allow(places []table.Addr) bool {
	for _, a := range places {
		if e.guard(a, trapOurs) != nil {
			return false
		}
	}
	return true
}

// unknowns traps what leads to where nothing is known: indirect jumps, places that
// do not decode, and the arming stores of sections with exits that are not known.
func (w *wayTraps) unknowns(sections map[*table.Placed]bool) {
	for _, a := range w.ways.Jumps {
		w.jump(a)
	}
	for _, b := range w.ways.Lost {
		if w.e.covering(b.To) != nil {
			continue // its section's exits are not known
		}
		if w.e.guard(b.To, trapOurs) == nil {
			w.step(b.To)
		} else if b.From != 0 {
			w.step(b.From)
		}
	}
	for p := range sections {
		if body, err := w.e.body(p); err == nil && body.Known() {
			continue
		}
		if a, ok, err := w.e.arming(p); ok && err == nil {
			w.step(a)
		} else {
			w.blind = true
		}
	}
}

// jump has an indirect jump stepped, but for one inside a section.
func (w *wayTraps) jump(a table.Addr) {
	if w.e.covering(a) == nil && (w.ways.Sure(a) || w.e.guard(a, trapOurs) == nil) {
		w.step(a)
	}
}

// prune drops traps that the exits of a section put into the ranges themselves,
// but for those that keep names, and those of which a place is not allowed.
func (w *wayTraps) prune(ranges []Range, keep func(table.Addr) bool) {
	for a := range w.at {
		if inRanges(ranges, a) && !w.stepped[a] && !keep(a) || w.e.guard(a, trapOurs) != nil {
			delete(w.at, a)
		}
	}
}
