package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// climb carries out the section the thread is about to arm on the rung of the
// ladder that its fruitless passes have earned (DESIGN 4.4). done is false
// when that is the first: run it.
func (e *Engine) climb(th *thread, p *table.Placed, insn *machine.Insn) (done bool, stop *Stop, err error) {
	n := th.passes[p.Start]
	limit := max(e.policy.StuckLimit, 1)
	switch {
	case !e.stuck(th, p):
		return false, nil, nil
	case n.quiets >= limit:
		delete(th.passes, p.Start)
		return e.escape(th, p)
	case n.aborts >= limit:
		injected, err := e.inject(th, p, insn)
		if injected {
			return true, nil, err // of its registers: its work is done, and must not be done again
		}
		if err != nil {
			e.notify("no cpu_opv vector for %s: %v", e.SectionName(p), err)
		}
	}
	if e.confined(th, p) {
		delete(th.passes, p.Start)
		return e.escape(th, p)
	}
	stop, err = e.quietPass(th, p)
	return true, stop, err
}

// quietPass is rung 3: from the arming store on in a quiet phase, until a
// section commits, or the function returns, or the thread is about to enter
// the kernel, or comes to where the command under way waits for it.
func (e *Engine) quietPass(th *thread, p *table.Placed) (*Stop, error) {
	if err := e.liftRegistration(th); err != nil {
		return nil, err
	}
	why := "it takes too long"
	for n, outside := 0, 0; outside < maxQuiet && th.quiet != nil; n++ {
		q := th.quiet
		end, stop, err := e.quietOn(th, n)
		if stop != nil || err != nil {
			return stop, err
		}
		if stop, err := e.quietStop(th); stop != nil || err != nil {
			return stop, err
		}
		switch {
		case end == quietCommit:
			delete(th.passes, p.Start)
			return nil, e.restoreRegistration(th)
		case end == quietReturn:
			why = "its function has returned"
		case end == quietKernel:
			why = "before a system call"
		case !q.entered && e.awaited(th.regs.PC()):
			why = "at a breakpoint of the command"
		default:
			if !q.entered {
				outside++
			}
			continue
		}
		break
	}
	e.notify("%s: the quiet phase ended without a commit, %s", e.SectionName(p), why)
	if n := th.passes[p.Start]; n != nil {
		n.quiets++
	}
	return nil, e.restoreRegistration(th)
}

// awaited reports whether a breakpoint at pc is neither the user's nor stands
// for one inside a section: the command under way has planted it.
func (e *Engine) awaited(pc table.Addr) bool {
	n := e.sites[pc]
	if n == 0 {
		return false
	}
	if pc == e.library {
		n--
	}
	for _, b := range e.breakpoints {
		if b.Kind == BreakSoftware && contains(b.planted, pc) {
			n--
		}
		if contains(b.traps, pc) {
			n--
		}
	}
	return n > 0
}

// escape is rung 4: run to the function's return, or to where one around it
// arrives. done is false where the thread is on that way already.
func (e *Engine) escape(th *thread, p *table.Placed) (done bool, stop *Stop, err error) {
	cfa, caller, ok := e.symbols.Caller(&th.regs, e.target)
	if !ok || caller.PC() == 0 {
		return true, nil, fmt.Errorf("the section %s does not commit, and the end of its function cannot be found to run to", e.SectionName(p))
	}
	for _, o := range e.journeys {
		if o.tid == th.tid && o.escape == cfa {
			return false, nil, nil
		}
	}
	tr := &traps{tid: th.tid, at: map[table.Addr]trap{}, escape: cfa, watchdog: e.watchLine()}
	tr.watchdog.seldom()
	defer tr.watchdog.end()
	e.trapReturn(tr, caller.PC(), cfa)
	_, stop, err = e.travel(th, tr)
	if stop == nil && (err == nil || errors.Is(err, errArrivedOuter)) {
		e.reportUnit(UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, Result: SideExit, Exit: th.regs.PC(), CPU: -1, Rung: RungEscape})
	}
	return true, stop, err
}

// maxRebuild bounds how often a vector is made anew when a compare of it
// fails; with every thread held only another process can be the reason.
const maxRebuild = 16

// inject is rung 2: the section's work is done by a cpu_opv vector, and the
// thread put where the section would have left. done is false when the section
// would not have committed; with done an error says that the registers are owed.
// Precondition: the thread stands at the arming store, every other is held.
func (e *Engine) inject(th *thread, p *table.Placed, insn *machine.Insn) (done bool, err error) {
	if insn.Next() != p.Start {
		return false, errors.New("there is other code between the arming store and the section")
	}
	state, err := e.startState(th, p)
	if err != nil {
		return false, err
	}
	return e.injectFrom(th, p, state)
}

// startState is the state the thread has at the section's start, from where it
// stands at the arming store.
func (e *Engine) startState(th *thread, p *table.Placed) (opv.State, error) {
	s := opv.State{Regs: th.regs}
	s.SetPC(p.Start)
	area, err := e.target.XState(th.tid)
	if err != nil {
		return s, err
	}
	return s, s.LoadVectors(area)
}

// injectFrom runs the vector of the pass that begins in state s.
func (e *Engine) injectFrom(th *thread, p *table.Placed, s opv.State) (bool, error) {
	body, err := e.body(p)
	if err != nil {
		return false, err
	}
	place := opv.Place{Area: th.rseq.Area, CPU: e.cpuOf(th), CID: e.areaCID(th.rseq)}
	for try := 0; try < maxRebuild; try++ {
		plan, err := opv.Build(opv.V3, body, s, e.target, place)
		if err != nil {
			return false, err
		}
		if plan.ExitPC != p.End || !plan.Final {
			return false, nil
		}
		failed, err := opv.Execute(plan.Vector, plan.Memory(e.target))
		if err != nil {
			return false, err
		}
		if failed != 0 {
			continue
		}
		th.exit = &plan
		r := UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, Result: Committed,
			Exit: plan.ExitPC, CPU: plan.CPU, Rung: RungOpv}
		for _, op := range plan.Vector {
			r.Vector = append(r.Vector, op.String())
		}
		e.reportUnit(r)
		e.tally(th, p, Committed)
		return true, e.takeExit(th)
	}
	return false, errors.New("its memory is changed from outside all the time")
}

// takeExit gives the thread the registers that the section would have left,
// once a vector has done its work. Until then they are owed: from where it stands
// the thread would do that work again (see restoreRest).
func (e *Engine) takeExit(th *thread) error {
	plan := th.exit
	if plan == nil {
		return nil
	}
	regs := plan.Exit.Regs
	regs.SetPC(plan.ExitPC)
	area, err := e.target.XState(th.tid)
	if err != nil {
		return err
	}
	if err := plan.Exit.StoreVectors(area); err != nil {
		return err
	}
	if err := e.target.SetXState(th.tid, area); err != nil {
		return err
	}
	if err := e.target.SetRegs(th.tid, &regs); err != nil {
		return err
	}
	th.exit, th.fresh = nil, false
	return e.load(th)
}
