package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Trap is a place where a thread that runs out of some code is waited for.
type Trap struct {
	Addr   table.Addr
	Kind   TrapKind
	Callee *source.Function // Enters
	Return table.Addr       // Called: where the call returns to
}

// TrapKind is what is decided about a thread that has come to a Trap.
type TrapKind int

// The kinds of traps.
const (
	Out     TrapKind = iota // it is out of the code; of a line only where Program.InFrame says so
	Steps                   // only the processor knows where this instruction leads: it is stepped (Program.Led)
	Enters                  // it enters Callee, where Program.CalledFrom says so
	Called                  // it is out, where CalledOut says so
	Returns                 // it has returned from its frame, where its stack pointer is at the walk's CFA or above
	Unwinds                 // it is at Landings.Unwind,
	Catches                 // at Landings.Catch,
	Jumps                   // at one of Landings.Jumps
)

// Plan is how a thread is run out of some ranges of code. There may be several traps at
// one place; they are asked in their order.
type Plan struct {
	Traps    []Trap
	Sections []*table.Placed        // on the way: their passes are counted
	Touched  map[*table.Placed]bool // those of the code itself
	Stepped  map[table.Addr]bool    // the instructions with a trap of kind Steps
	Blind    bool                   // some way out can have no trap: instruction by instruction, then
	Short    bool                   // no call is made on the way, nor a jump or system call that may take long

	program *Program
	ranges  []machine.Range
	ways    machine.Ways
}

// LeaveRanges is the plan for a thread, with the registers r, to leave the ranges by a
// call, a return or a branch, in whatever frame.
func (p *Program) LeaveRanges(r *machine.Regs, ranges []machine.Range) *Plan {
	pl := p.plan(r, ranges)
	for _, b := range append(pl.ways.Falls[:len(pl.ways.Falls):len(pl.ways.Falls)], pl.ways.Branches...) {
		pl.way(b)
	}
	pl.aborts()
	for _, c := range pl.ways.Calls {
		if places := p.sections.Places(c.Target); c.Indirect || !p.sections.Allow(places) {
			pl.jump(c.Addr)
			continue
		}
		pl.trap(Trap{Addr: c.Target, Kind: Called, Return: c.Return})
	}
	for _, a := range pl.ways.Returns {
		pl.jump(a)
	}
	pl.unknowns()
	pl.prune(func(table.Addr) bool { return false })
	return pl
}

// LeaveLine is the plan for a thread, with the registers r, to leave the ranges, which
// the line of the walk covers.
func (p *Program) LeaveLine(w *Walk, r *machine.Regs, ranges []machine.Range) *Plan {
	pl := p.plan(r, ranges)
	for _, b := range pl.ways.Falls {
		pl.way(b)
	}
	for _, b := range pl.ways.Branches {
		switch {
		case machine.InRanges(w.Function.Ranges, b.To):
			pl.way(b)
		case w.Into:
			pl.callee(b.To)
		}
	}
	pl.aborts()
	pl.unknowns()
	if w.Into {
		for _, c := range pl.ways.Calls {
			if c.Indirect {
				pl.jump(c.Addr)
			} else {
				pl.callee(c.Target)
			}
		}
	}
	_, caller, ok := p.symbols.Caller(r, p.mem)
	back := caller.PC()
	if ok && back != 0 {
		pl.trap(Trap{Addr: back, Kind: Returns})
		if !p.sections.Allow(p.sections.Places(back)) {
			for _, a := range pl.ways.Returns {
				pl.step(a)
			}
		}
	}
	pl.Traps = append(pl.Traps, p.Unwinding()...)
	// A recursive call on the line itself returns into the line.
	pl.prune(func(a table.Addr) bool { return ok && a == back })
	return pl
}

// Unwinding is the traps for exceptions and longjmps (Program.Land).
func (p *Program) Unwinding() (list []Trap) {
	l := p.Landings()
	if l.Unwind != 0 {
		list = p.moved(list, Trap{Addr: l.Unwind, Kind: Unwinds})
	}
	if l.Catch != 0 {
		list = p.moved(list, Trap{Addr: l.Catch, Kind: Catches})
	}
	for _, a := range l.Jumps {
		list = p.moved(list, Trap{Addr: a, Kind: Jumps})
	}
	return list
}

// moved adds a trap, at the exits of the section that its address lies in, if any.
func (p *Program) moved(list []Trap, t Trap) []Trap {
	for _, a := range p.sections.Places(t.Addr) {
		t.Addr = a
		list = append(list, t)
	}
	return list
}

// plan is a Plan without traps.
func (p *Program) plan(r *machine.Regs, ranges []machine.Range) *Plan {
	ways := p.sections.WaysOut(ranges, r.PC())
	pl := &Plan{Stepped: map[table.Addr]bool{}, program: p, ranges: ranges, ways: ways, Touched: p.sections.Touching(ranges, ways)}
	pl.Sections = p.sections.Near(pl.Touched, ways)
	pl.Short = len(ways.Calls)+len(ways.Syscalls)+len(ways.Jumps) == 0
	return pl
}

func (pl *Plan) trap(t Trap) { pl.Traps = pl.program.moved(pl.Traps, t) }

// inside reports whether an address is in the code that is to be left.
func (pl *Plan) inside(a table.Addr) bool { return machine.InRanges(pl.ranges, a) }

// way traps a way out where it ends or, where nothing may be planted there, on the
// instruction that it begins with.
func (pl *Plan) way(b machine.Branch) {
	if sections := pl.program.sections; sections.Allow(sections.Places(b.To)) {
		pl.trap(Trap{Addr: b.To, Kind: Out})
	} else if pl.ways.Sure(b.From) {
		pl.step(b.From)
	}
}

// callee waits at a function that has lines, for a step to enter it.
func (pl *Plan) callee(target table.Addr) {
	if fn, ok := pl.program.Callee(target); ok {
		pl.trap(Trap{Addr: fn.Entry, Kind: Enters, Callee: &fn})
	}
}

// aborts waits at the abort handlers of sections that are outside.
func (pl *Plan) aborts() {
	for s := range pl.Touched {
		if !pl.inside(s.Abort) {
			pl.trap(Trap{Addr: s.Abort, Kind: Out})
		}
	}
}

// step has an instruction stepped when it is met. Where no trap can be, the
// plan is blind; but a section whose exits are not known is stepped as a whole.
func (pl *Plan) step(a table.Addr) {
	sections := pl.program.sections
	switch {
	case pl.Stepped[a]:
	case sections.Covering(a) != nil:
		pl.Blind = pl.Blind || sections.ExitsKnown(a)
	case sections.GuardOwn(a) != nil || pl.returnsAmiss(a):
		pl.Blind = true
	default:
		pl.Stepped[a] = true
		pl.Traps = append(pl.Traps, Trap{Addr: a, Kind: Steps})
	}
}

// returnsAmiss reports whether a call is at a that returns to where nothing may be
// planted: stepped, it would lead into its callee and be lost sight of.
func (pl *Plan) returnsAmiss(a table.Addr) bool {
	sections := pl.program.sections
	insn, err := sections.Decode(a)
	return err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall) && sections.GuardOwn(insn.Next()) != nil
}

// unknowns traps what leads to where nothing is known: indirect jumps, places that
// do not decode, and the arming stores of sections with exits that are not known.
func (pl *Plan) unknowns() {
	sections := pl.program.sections
	for _, a := range pl.ways.Jumps {
		pl.jump(a)
	}
	for _, b := range pl.ways.Lost {
		if sections.Covering(b.To) != nil {
			continue // its section's exits are not known
		}
		if sections.GuardOwn(b.To) == nil {
			pl.step(b.To)
		} else if b.From != 0 {
			pl.step(b.From)
		}
	}
	for s := range pl.Touched {
		if body, err := sections.Body(s); err == nil && body.Known() {
			continue
		}
		if a, ok, err := sections.Arming(s); ok && err == nil {
			pl.step(a)
		} else {
			pl.Blind = true
		}
	}
}

// jump has an indirect jump stepped, but for one inside a section.
func (pl *Plan) jump(a table.Addr) {
	sections := pl.program.sections
	if sections.Covering(a) == nil && (pl.ways.Sure(a) || sections.GuardOwn(a) == nil) {
		pl.step(a)
	}
}

// prune drops traps that the exits of a section put into the ranges themselves,
// but for those that keep names, and those of which a place is not allowed.
func (pl *Plan) prune(keep func(table.Addr) bool) {
	kept := pl.Traps[:0]
	for _, t := range pl.Traps {
		if (!pl.inside(t.Addr) || pl.Stepped[t.Addr] || keep(t.Addr)) && pl.program.sections.GuardOwn(t.Addr) == nil {
			kept = append(kept, t)
		}
	}
	pl.Traps = kept
}
