package stepper

import (
	"context"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// walk is a line step under way, with the watchdog for the whole of it.
type walk struct {
	line.Walk
	watchdog *drive.Watchdog
}

// waiting is the walk of a command that waits until the frame with a CFA ends.
func waiting(cfa table.Addr) *walk { return &walk{Walk: line.Walk{CFA: cfa, Whole: true}} }

// Step continues to another line, and enters functions that have lines (step).
func (e *Engine) Step(ctx context.Context, n int) (Stop, error) { return e.lines(ctx, n, true) }

// Next continues to another line of this function or its caller (next).
func (e *Engine) Next(ctx context.Context, n int) (Stop, error) { return e.lines(ctx, n, false) }

func (e *Engine) lines(ctx context.Context, n int, into bool) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
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

// lineStep is one step or next (DESIGN 4.2): it sets breakpoints on every way out of the line
// and runs the program.
func (e *Engine) lineStep(th *drive.Thread, into bool) (*Stop, error) {
	if err := e.drive.Load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	depth := e.depth(th)
	begun, ok := e.program.Begin(&th.Regs, depth, into)
	if !ok {
		if stop, err := e.leaveHandler(th); stop != nil || err != nil {
			return stop, err
		}
		if th.Regs.PC() != pc {
			return e.lineStep(th, into)
		}
		return e.stepOut(th)
	}
	if total, _ := e.symbols.Inlines(pc); into && depth < total && e.program.EntersInlined(pc, depth+1) {
		th.Show(pc, depth+1)
		return nil, nil
	}
	w := &walk{Walk: begun, watchdog: e.drive.Watch(e.look)}
	defer w.watchdog.Stop()
	ranges := e.symbols.LineRanges(pc, depth)
	if e.units.Quiet.In(th) {
		// Inside a section: its pass commits first.
		if _, stop, err := e.do(e.units.Quiet.End(th)); stop != nil || err != nil {
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
func (e *Engine) stepOut(th *drive.Thread) (*Stop, error) {
	fn, known := e.symbols.Function(th.Regs.PC())
	name := fn.Name
	if name == "" {
		name = "at " + fn.Entry.String()
	}
	if !known {
		return nil, fmt.Errorf("cannot find bounds of current function; use stepi, or finish")
	}
	e.drive.Notify("single stepping until exit from function %s, which has no line number information", name)
	cfa, caller, ok := e.symbols.Caller(&th.Regs, e.target)
	tr := journey(th)
	tr.Sections = e.sections.Around(th.Regs.PC())
	if ok && caller.PC() != 0 {
		e.trapReturn(tr, caller.PC(), cfa)
	}
	e.trapUnwinding(tr, waiting(cfa))
	_, stop, err := e.do(tr)
	return stop, err
}

// trapReturn arrives when the frame with this CFA has returned to ra: the stack pointer is then
// at or above the CFA; in a deeper activation of the same code it is below.
func (e *Engine) trapReturn(tr *drive.Move, ra, cfa table.Addr) {
	e.trapAt(tr, ra, returnedTo(cfa))
}

// returnedTo arrives when the stack pointer is at or above a CFA.
func returnedTo(cfa table.Addr) drive.Decision {
	return drive.When(func(th *drive.Thread) bool { return th.Regs.SP() >= cfa })
}

// returnTo is a journey to ra, the return address of a call that the thread makes next or has
// just made, with the stack pointer at or above sp.
func (e *Engine) returnTo(th *drive.Thread, ra, sp table.Addr) *drive.Move {
	m := journey(th)
	m.Trap(ra, returnedTo(sp))
	return m
}

// trapAt adds a trap; if a lies in a section, it adds traps at that section's exits instead.
func (e *Engine) trapAt(tr *drive.Move, a table.Addr, d drive.Decision) {
	for _, x := range e.sections.Places(a) {
		tr.Trap(x, d)
	}
}

// leave runs the thread out of the ranges. done: the thread is where the step ends.
func (e *Engine) leave(th *drive.Thread, w *walk, ranges []Range) (done bool, stop *Stop, err error) {
	ranges = e.program.Cover(&w.Walk, ranges)
	for {
		again, done, stop, err := e.leaveFrom(th, w, ranges)
		if !again || stop != nil || err != nil {
			return done, stop, err
		}
	}
}

// leaveFrom is leave from the thread's current PC. again: the thread is still inside, in code
// that the plan had not found from there.
func (e *Engine) leaveFrom(th *drive.Thread, w *walk, ranges []Range) (again, done bool, stop *Stop, err error) {
	if err := e.drive.Load(th); err != nil {
		return false, false, nil, err
	}
	plan := e.program.LeaveLine(&w.Walk, &th.Regs, ranges)
	for p := range plan.Touched {
		if e.progress.NeedsLook(th, p) {
			w.watchdog.Begin()
		}
	}
	if plan.Blind {
		done, stop, err := e.lineBlind(th, w)
		return !done && plan.Inside(&th.Regs), done, stop, err
	}
	entered := false
	tr := e.planned(th, plan, func(t line.Trap) drive.Decision {
		switch t.Kind {
		case line.Steps:
			return e.stepLine(w, plan, &entered, &again)
		case line.Enters:
			return e.enterCallee(w, *t.Callee, &entered)
		case line.Returns:
			return returnedTo(w.CFA)
		case line.Out:
			return drive.When(func(th *drive.Thread) bool { return e.program.InFrame(&w.Walk, &th.Regs) })
		}
		return e.unwinds(w, t.Kind)
	})
	tr.Watchdog = w.watchdog
	// The thread may be at an indirect branch now: resuming would step off the trap there
	// without asking its decision.
	if pc := th.Regs.PC(); plan.Stepped[pc] {
		if arrived, stop, err := e.decideNow(th, tr.Decision(pc)); arrived || stop != nil || err != nil {
			return again, entered, stop, err
		}
	}
	_, stop, err = e.do(tr)
	return again, entered || w.Caught, stop, err
}

// planned is a journey out of some code. If that code is short and makes no calls, the thread
// first runs alone and on its CPU. So a step through such lines neither disturbs the other
// threads (each stop may abort a section of theirs) nor moves the thread away from the CPU
// whose number it has read.
func (e *Engine) planned(th *drive.Thread, plan *line.Plan, decide func(line.Trap) drive.Decision) *drive.Move {
	tr := journey(th)
	tr.Sections = plan.Sections
	for _, t := range plan.Traps {
		tr.Trap(t.Addr, decide(t))
	}
	if plan.Short {
		tr.Alone = tracee.BlockPatience
	}
	return tr
}

// decideNow asks a drive.Decision at the thread's current PC, and makes the moves that the
// answer requires.
func (e *Engine) decideNow(th *drive.Thread, d drive.Decision) (arrived bool, stop *Stop, err error) {
	asked := false
	_, stop, err = e.do(plan(th, func() drive.Answer {
		if asked {
			arrived = false
			return drive.Arrive()
		}
		asked, arrived = true, true
		return d(th)
	}))
	return arrived && stop == nil && err == nil, stop, err
}
