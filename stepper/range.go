package stepper

import (
	"context"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// StepRange lets the selected thread go until its PC is outside of [low, high),
// by a call, a return or a branch, in whatever frame: the range step of the gdb
// remote protocol ("vCont;r"), at native speed. Sections on the way run as
// units; a way out that lies inside one is moved to its exits, and an abort
// handler without lines of its own counts as part of the range. A PC that is
// outside already is stepped once.
func (e *Engine) StepRange(ctx context.Context, low, high table.Addr) (Stop, error) {
	return e.stepRanges(ctx, []Range{{Low: low, High: high}})
}

// StepInlined goes on for a client that has stepped out of a range beginning
// at from into a call inlined on its line, and has not stopped there: it does
// next. It runs out of the whole line as next sees it, inlined calls included,
// or steps one instruction where the thread stands in no such call.
func (e *Engine) StepInlined(ctx context.Context, from table.Addr) (Stop, error) {
	if th, err := e.selected(); err == nil && e.load(th) == nil {
		depth, _ := e.symbols.Inlines(from)
		deeper, _ := e.symbols.Inlines(th.Regs.PC())
		ranges := e.symbols.LineRanges(from, depth)
		if deeper > depth && machine.InRanges(ranges, th.Regs.PC()) {
			return e.stepRanges(ctx, ranges)
		}
	}
	return e.StepForClient(ctx)
}

// stepRanges is StepRange of several ranges, sorted.
func (e *Engine) stepRanges(ctx context.Context, ranges []Range) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if err := e.load(th); err != nil {
			return nil, err
		}
		began := machine.InRanges(ranges, th.Regs.PC())
		if !began {
			if stop, err := e.stepOne(th); stop != nil || err != nil {
				return stop, err
			}
		}
		for {
			if _, stop, err := e.do(e.endQuiet(th)); stop != nil || err != nil {
				return stop, err
			}
			if err := e.load(th); err != nil {
				return nil, err
			}
			// A section that is restarted while it is settled, or where it was stepped,
			// leaves the thread at its abort handler.
			if pc := th.Regs.PC(); !machine.InRanges(ranges, pc) && !(began && machine.InRanges(e.program.Cover(&line.Walk{}, ranges), pc)) {
				break
			}
			if stop, err := e.leaveRange(th, ranges); stop != nil || err != nil {
				return stop, err
			}
		}
		if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
			return stop, err
		}
		return nil, e.showInner(th)
	})
}

// leaveRange runs the thread to the first way out of the ranges. The thread has
// not left them when it comes back without a Stop from an instruction of theirs
// that had to be stepped.
func (e *Engine) leaveRange(th *thread, ranges []Range) (*Stop, error) {
	ranges = e.program.Cover(&line.Walk{}, ranges)
	ways := e.sections.WaysOut(ranges, th.Regs.PC())
	tr := journey(th)
	wt := &wayTraps{Move: tr, e: e, ways: ways, stepped: map[table.Addr]bool{}, here: e.stepOut1(ranges, &ways)}
	for _, b := range append(ways.Falls[:len(ways.Falls):len(ways.Falls)], ways.Branches...) {
		wt.way(b, drive.Always)
	}
	sections := e.sections.Touching(ranges, ways)
	tr.Sections = e.sections.Near(sections, ways)
	for p := range sections {
		if !machine.InRanges(ranges, p.Abort) {
			e.trapAt(tr, p.Abort, drive.Always)
		}
	}
	for _, c := range ways.Calls {
		if places := e.sections.Places(c.Target); c.Indirect || !e.sections.Allow(places) {
			wt.jump(c.Addr)
			continue
		}
		e.trapAt(tr, c.Target, drive.When(func(th *drive.Thread) bool {
			ra, ok := th.Regs.ReturnAddress(e.target)
			return !ok || ra == c.Return || machine.InRanges(ranges, ra)
		}))
	}
	for _, a := range ways.Returns {
		wt.jump(a)
	}
	wt.unknowns(sections)
	wt.prune(ranges, func(table.Addr) bool { return false })
	if wt.blind || wt.stepped[th.Regs.PC()] {
		return e.stepOne(th) // going on would step off the trap here unseen
	}
	e.tryAlone(tr, &ways)
	_, stop, err := e.do(tr)
	return stop, err
}

// stepOut1 steps the instruction at the trap, of which only the processor knows
// where it leads, and arrives when that is out of the ranges, or to code inside that
// the ways out had not shown.
func (e *Engine) stepOut1(ranges []Range, ways *machine.Ways) drive.Decision {
	return func(t *drive.Thread) drive.Answer {
		th := own(t)
		return drive.Then(e.unit(th), func() drive.Answer {
			pc := th.Regs.PC()
			return drive.ArriveIf(!machine.InRanges(ranges, pc) || !ways.Begins(pc))
		})
	}
}

// StepForClient is StepInstruction of one instruction for a client that makes
// its own line steps of them, as gdb does through inlined calls. A unit that was
// aborted leaves the thread at the abort handler, and where that has no lines
// (the inline assembly has put it into a section of its own) the client's next
// would end in the middle of nowhere. So the handler is run through as well.
func (e *Engine) StepForClient(ctx context.Context) (Stop, error) {
	stop, err := e.StepInstruction(ctx, 1)
	if err != nil || stop.Reason != StopStep || e.policy.Inside || len(stop.Units) == 0 {
		return stop, err
	}
	for _, p := range e.sections.Image().Sections() {
		if p.Abort != stop.PC {
			continue
		}
		r, to, ok := e.sections.Handler(p)
		if fn, known := e.symbols.Function(to); !ok || !known || !fn.HasLines {
			break
		}
		units, notes := stop.Units, stop.Notes
		stop, err = e.stepRanges(ctx, []Range{r})
		stop.Units, stop.Notes = append(units, stop.Units...), append(notes, stop.Notes...)
		break
	}
	return stop, err
}
