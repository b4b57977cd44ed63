package stepper

import (
	"fmt"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// walk is a line step under way: the frame it began in, and the line that is
// being left.
type walk struct {
	into  bool // step rather than next
	fn    Function
	depth int // inline depth the user is shown
	line  Line
	block []Range    // what stands in the same inlined call
	cfa   table.Addr // of the frame

	caught   bool      // an exception or a longjmp led out: the step ends where it landed
	whole    bool      // only what leaves the frame itself leads out (finish)
	watchdog *watchdog // of the whole step
}

// Step goes on to another line, into functions that have lines (step).
func (e *Engine) Step(n int) (Stop, error) { return e.lines(n, true) }

// Next goes on to another line of this function or its caller (next).
func (e *Engine) Next(n int) (Stop, error) { return e.lines(n, false) }

func (e *Engine) lines(n int, into bool) (Stop, error) {
	return e.command(func(th *thread) (*Stop, error) {
		for i := 0; i < n; i++ {
			if entered, stop, err := e.deliverLine(th, into); stop != nil || err != nil {
				return stop, err
			} else if !entered {
				if stop, err := e.lineStep(th, into); stop != nil || err != nil {
					return stop, err
				}
			}
			if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
				return stop, err
			}
		}
		return nil, nil
	})
}

// lineStep is one step or next (DESIGN 4.2): breakpoints on every way out of
// the line, and the program runs.
func (e *Engine) lineStep(th *thread, into bool) (*Stop, error) {
	if err := e.load(th); err != nil {
		return nil, err
	}
	pc := th.regs.PC()
	depth := e.depth(th)
	fn, known := e.symbols.Function(pc)
	line, hasLine := e.symbols.Line(pc, depth)
	if !known || !hasLine {
		if stop, err := e.leaveHandler(th); stop != nil || err != nil {
			return stop, err
		}
		if th.regs.PC() != pc {
			return e.lineStep(th, into)
		}
		return e.stepOut(th, fn, known)
	}
	if total, _ := e.symbols.Inlines(pc); into && depth < total {
		th.show(pc, depth+1)
		return nil, nil
	}
	w := &walk{into: into, fn: fn, depth: depth, line: line, block: e.symbols.BlockRanges(pc, depth)}
	cfa, _, ok := e.symbols.Caller(&th.regs, e.target)
	if !ok {
		cfa = th.regs.SP()
	}
	w.cfa = cfa
	w.watchdog = e.watchLine()
	defer w.watchdog.end()
	ranges := e.symbols.LineRanges(pc, depth)
	if th.quiet != nil {
		// Inside a section: what it began commits first.
		if stop, err := e.endQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		done, next, stop, err := e.arrive(th, w)
		if done || stop != nil || err != nil {
			return stop, err
		}
		ranges = next
	}
	for {
		done, stop, err := e.leave(th, w, ranges)
		if done || stop != nil || err != nil {
			return stop, err
		}
		done, next, stop, err := e.arrive(th, w)
		if done || stop != nil || err != nil {
			return stop, err
		}
		ranges = next
	}
}

// stepOut runs a function without lines until it returns, as gdb does.
func (e *Engine) stepOut(th *thread, fn Function, known bool) (*Stop, error) {
	name := fn.Name
	if name == "" {
		name = "at " + fn.Entry.String()
	}
	if !known {
		return nil, fmt.Errorf("cannot find bounds of current function; use stepi, or finish")
	}
	e.notify("single stepping until exit from function %s, which has no line number information", name)
	cfa, caller, ok := e.symbols.Caller(&th.regs, e.target)
	tr := &traps{tid: th.tid, at: map[table.Addr]trap{}, sections: e.sections.Around(th.regs.PC())}
	if ok && caller.PC() != 0 {
		e.trapReturn(tr, caller.PC(), cfa)
	}
	e.trapUnwinding(tr, &walk{cfa: cfa, whole: true})
	_, stop, err := e.travel(th, tr)
	return stop, err
}

// trapReturn arrives when the frame with this CFA has returned to ra: the
// stack pointer is then at the CFA or above it; a deeper activation of the
// same code is below.
func (e *Engine) trapReturn(tr *traps, ra, cfa table.Addr) {
	e.trapAt(tr, ra, func(th *thread) (bool, *Stop, error) {
		return th.regs.SP() >= cfa, nil, nil
	})
}

// trapAt adds a trap, moved to the exits of the section a lies in, if any.
func (e *Engine) trapAt(tr *traps, a table.Addr, t trap) {
	for _, x := range e.sections.Places(a) {
		e.addTrap(tr, x, t)
	}
}

func (e *Engine) addTrap(tr *traps, a table.Addr, t trap) {
	if first, ok := tr.at[a]; ok {
		tr.at[a] = func(th *thread) (bool, *Stop, error) {
			if arrived, stop, err := first(th); arrived || stop != nil || err != nil {
				return arrived, stop, err
			}
			if !e.target.Alive() || th.regs.PC() != a {
				return false, nil, nil
			}
			return t(th)
		}
		return
	}
	tr.at[a] = t
}

// sameFrame arrives in the frame of the walk or one that it returned to, not
// in a deeper activation of the function (recursion, a signal handler).
func (e *Engine) sameFrame(w *walk) trap {
	return func(th *thread) (bool, *Stop, error) {
		cfa, _, ok := e.symbols.Caller(&th.regs, e.target)
		return !ok || cfa >= w.cfa, nil, nil
	}
}

// leave runs the thread out of the ranges. done: it stands where the step ends.
func (e *Engine) leave(th *thread, w *walk, ranges []Range) (done bool, stop *Stop, err error) {
	ranges = e.cover(w, ranges)
	for {
		again, done, stop, err := e.leaveFrom(th, w, ranges)
		if !again || stop != nil || err != nil {
			return done, stop, err
		}
	}
}

// leaveFrom is leave from where the thread stands. again: it still stands inside,
// where its way there had not shown that instructions are.
func (e *Engine) leaveFrom(th *thread, w *walk, ranges []Range) (again, done bool, stop *Stop, err error) {
	if err := e.load(th); err != nil {
		return false, false, nil, err
	}
	ways := e.sections.WaysOut(ranges, th.regs.PC())
	tr := &traps{tid: th.tid, at: map[table.Addr]trap{}, watchdog: w.watchdog}
	entered := false
	inside := func(a table.Addr) bool { return unit.InRanges(ranges, a) }
	wt := &wayTraps{traps: tr, e: e, ways: ways, stepped: map[table.Addr]bool{}}
	wt.here = e.stepLine(w, &ways, inside, &entered, &again)
	for _, b := range ways.Falls {
		wt.way(b, e.sameFrame(w))
	}
	for _, b := range ways.Branches {
		switch {
		case unit.InRanges(w.fn.Ranges, b.To):
			wt.way(b, e.sameFrame(w))
		case w.into:
			e.trapCallee(tr, w, b.To, &entered)
		}
	}
	sections := e.sections.Touching(ranges, ways)
	tr.sections = e.sections.Near(sections, ways)
	for p := range sections {
		if !inside(p.Abort) {
			e.trapAt(tr, p.Abort, e.sameFrame(w))
		}
		if e.looks(th, p) {
			w.watchdog.look()
		}
	}
	wt.unknowns(sections)
	if w.into {
		for _, c := range ways.Calls {
			if c.Indirect {
				wt.jump(c.Addr)
			} else {
				e.trapCallee(tr, w, c.Target, &entered)
			}
		}
	}
	if _, caller, ok := e.symbols.Caller(&th.regs, e.target); ok && caller.PC() != 0 {
		e.trapReturn(tr, caller.PC(), w.cfa)
		if !e.sections.Allow(e.sections.Places(caller.PC())) {
			for _, a := range ways.Returns {
				wt.step(a)
			}
		}
	}
	e.trapUnwinding(tr, w)
	wt.prune(ranges, func(a table.Addr) bool { return e.isReturnTo(th, a) })
	if wt.blind {
		done, stop, err := e.lineBlind(th, w)
		return !done && inside(th.regs.PC()), done, stop, err
	}
	// The thread may stand at an indirect branch now: going on would step off
	// the trap there unseen.
	if pc := th.regs.PC(); wt.stepped[pc] {
		if arrived, stop, err := tr.at[pc](th); arrived || stop != nil || err != nil {
			return again, entered, stop, err
		}
	}
	tr.quiet = len(ways.Calls)+len(ways.Syscalls)+len(ways.Jumps) == 0
	_, stop, err = e.travel(th, tr)
	return again, entered || w.caught, stop, err
}

// isReturnTo: a is the return address of the walk's frame (a recursive call on
// the line itself returns into the line).
func (e *Engine) isReturnTo(th *thread, a table.Addr) bool {
	_, caller, ok := e.symbols.Caller(&th.regs, e.target)
	return ok && caller.PC() == a
}
