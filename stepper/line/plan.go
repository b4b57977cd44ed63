package line

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Trap is an address at which the debugger waits for a thread that runs out of some code.
type Trap struct {
	Addr   table.Addr
	Kind   TrapKind
	Callee *source.Function // Enters
	Return table.Addr       // Called: the return address of the call
}

// TrapKind says what the debugger decides about a thread that has reached a Trap.
type TrapKind int

// The kinds of traps.
const (
	Out     TrapKind = iota // the thread has left the code; for a line, only if Program.InFrame says so
	Steps                   // only the CPU knows where this instruction leads: the debugger steps it (Program.Led)
	Enters                  // the thread enters Callee, if Program.CalledFrom says so
	Called                  // the thread has left the code, if CalledOut says so
	Returns                 // the thread has returned from its frame, if its stack pointer is at or above the walk's CFA
	Unwinds                 // the thread is at Landings.Unwind,
	Catches                 // at Landings.Catch,
	Jumps                   // at one of Landings.Jumps
)

// Plan says how a thread runs out of some ranges of code. Several traps may share an address; the
// debugger tries them in their order.
type Plan struct {
	Traps    []Trap
	Sections []*table.Placed        // the sections that the code can run; the debugger counts their passes
	Touched  map[*table.Placed]bool // the sections that the code itself touches
	Stepped  map[table.Addr]bool    // the instructions with a trap of kind Steps
	Blind    bool                   // some exit cannot have a trap: the thread must be single-stepped
	Short    bool                   // the code contains no call, and no jump or system call that may take long

	program *Program
	ranges  []machine.Range
	ways    machine.Ways
}

// LeaveRanges returns the plan for a thread with the registers r to leave the ranges by a call, a
// return or a branch, in any frame.
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

// LeaveLine returns the plan for a thread with the registers r to leave the ranges, which are the
// line of the walk.
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
			pl.callee(w, b.To)
		}
	}
	pl.aborts()
	pl.unknowns()
	if w.Into {
		for _, c := range pl.ways.Calls {
			if c.Indirect {
				pl.jump(c.Addr)
			} else {
				pl.callee(w, c.Target)
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

// Unwinding returns the traps for exceptions and longjmps (Program.Land).
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

// moved adds a trap. If its address lies in a section, it adds traps at the section's exits
// instead.
func (p *Program) moved(list []Trap, t Trap) []Trap {
	for _, a := range p.sections.Places(t.Addr) {
		t.Addr = a
		list = append(list, t)
	}
	return list
}

// plan returns a Plan without traps.
func (p *Program) plan(r *machine.Regs, ranges []machine.Range) *Plan {
	ways := p.sections.WaysOut(ranges, r.PC())
	pl := &Plan{Stepped: map[table.Addr]bool{}, program: p, ranges: ranges, ways: ways, Touched: p.sections.Touching(ranges, ways)}
	pl.Sections = p.sections.Near(pl.Touched, ways)
	pl.Short = len(ways.Calls)+len(ways.Syscalls)+len(ways.Jumps) == 0
	return pl
}

func (pl *Plan) trap(t Trap) { pl.Traps = pl.program.moved(pl.Traps, t) }

// inside reports whether an address is in the code to leave.
func (pl *Plan) inside(a table.Addr) bool { return machine.InRanges(pl.ranges, a) }

// way adds a trap at the destination of an exit or, if no trap may stand there, at the
// instruction of the exit.
func (pl *Plan) way(b machine.Branch) {
	if sections := pl.program.sections; sections.Allow(sections.Places(b.To)) {
		pl.trap(Trap{Addr: b.To, Kind: Out})
	} else if pl.ways.Sure(b.From) {
		pl.step(b.From)
	}
}

// callee adds a trap at a function with lines, for a step that enters it.
func (pl *Plan) callee(w *Walk, target table.Addr) {
	if fn, ok := pl.program.Callee(w, target); ok {
		pl.trap(Trap{Addr: fn.Entry, Kind: Enters, Callee: &fn})
	}
}

// aborts adds traps at those abort handlers of sections that are outside the ranges.
func (pl *Plan) aborts() {
	for s := range pl.Touched {
		if !pl.inside(s.Abort) {
			pl.trap(Trap{Addr: s.Abort, Kind: Out})
		}
	}
}

// step adds a trap of kind Steps for an instruction. If none can stand there, the plan is blind;
// but a section with unknown exits is stepped as a whole.
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

// returnsAmiss reports whether there is a call at a whose return address may hold no trap. A step
// of that call would end in its callee, and the debugger would lose track of the thread.
func (pl *Plan) returnsAmiss(a table.Addr) bool {
	sections := pl.program.sections
	insn, err := sections.Decode(a)
	return err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall) && sections.GuardOwn(insn.Next()) != nil
}

// unknowns adds traps at the instructions with unknown destinations: indirect jumps, addresses
// that do not decode, and the arming stores of sections with unknown exits.
func (pl *Plan) unknowns() {
	sections := pl.program.sections
	for _, a := range pl.ways.Jumps {
		pl.jump(a)
	}
	for _, b := range pl.ways.Lost {
		if sections.Covering(b.To) != nil {
			continue // its section's exits are unknown
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

// jump adds a trap of kind Steps for an indirect jump, unless it is inside a section.
func (pl *Plan) jump(a table.Addr) {
	sections := pl.program.sections
	if sections.Covering(a) == nil && (pl.ways.Sure(a) || sections.GuardOwn(a) == nil) {
		pl.step(a)
	}
}

// prune removes the traps that a section's exits put into the ranges themselves, except those
// that keep accepts, and the traps at addresses that may hold none.
func (pl *Plan) prune(keep func(table.Addr) bool) {
	kept := pl.Traps[:0]
	for _, t := range pl.Traps {
		if (!pl.inside(t.Addr) || pl.Stepped[t.Addr] || keep(t.Addr)) && pl.program.sections.GuardOwn(t.Addr) == nil {
			kept = append(kept, t)
		}
	}
	pl.Traps = kept
}
