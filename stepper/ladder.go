package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// climb executes the section that the thread is about to arm on the ladder's rung for its
// number of passes without a commit (DESIGN 4.4). On the first rung it returns the zero Answer,
// and the caller runs the section.
func (e *Engine) climb(th *thread, p *table.Placed, insn *machine.Insn) drive.Answer {
	n := (*e.progress.History(th.Thread))[p.Start]
	switch n.Rung(e.policy.StuckLimit) {
	case RungRun:
		return drive.Answer{}
	case RungEscape:
		delete(*e.progress.History(th.Thread), p.Start)
		return e.escape(th, p)
	case RungOpv:
		injected, err := e.inject(th, p, insn)
		if injected {
			return drive.ArriveOr(err) // of its registers: the vector has done the section's work, which must not be repeated
		}
		if err != nil {
			e.drive.Notify("no cpu_opv vector for %s: %v", e.sections.Name(p), err)
		}
	}
	if e.confined(th, p) {
		delete(*e.progress.History(th.Thread), p.Start)
		return e.escape(th, p)
	}
	return drive.Then(e.quietPass(th, p), drive.Arrive)
}

// quietPass is rung 3: a quiet phase from the arming store until a section commits, the
// function returns, the thread is about to enter the kernel, or it reaches a place that the
// command under way waits for.
func (e *Engine) quietPass(th *thread, p *table.Placed) *drive.Move {
	steps, outside := 0, 0
	inVain := func(why string) drive.Answer {
		e.drive.Notify("%s: the quiet phase ended without a commit, %s", e.sections.Name(p), why)
		if n := (*e.progress.History(th.Thread))[p.Start]; n != nil {
			n.Quiets++
		}
		return drive.ArriveOr(e.restoreRegistration(th))
	}
	return plan(th, func() drive.Answer {
		if steps == 0 {
			if err := e.liftRegistration(th); err != nil {
				return drive.Fails(err)
			}
		}
		if outside >= maxQuiet || th.quiet == nil {
			return inVain("it takes too long")
		}
		q := th.quiet
		steps++
		return e.quietOn(th, steps-1, func(end rseq.QuietEnd) drive.Answer {
			if a := stopped(e.quietStop(th)); !a.GoesOn() {
				return a
			}
			switch {
			case end == rseq.QuietCommit:
				delete(*e.progress.History(th.Thread), p.Start)
				return drive.ArriveOr(e.restoreRegistration(th))
			case end == rseq.QuietReturn:
				return inVain("its function has returned")
			case end == rseq.QuietKernel:
				return inVain("before a system call")
			case !q.Entered && e.awaited(th.Regs.PC()):
				return inVain("at a breakpoint of the command")
			case !q.Entered:
				outside++
			}
			return drive.Answer{}
		})
	})
}

// escape is rung 4: it runs the thread to the function's return, or until an enclosing move
// arrives. It returns the zero Answer if the thread is already on that way.
func (e *Engine) escape(th *thread, p *table.Placed) drive.Answer {
	cfa, caller, ok := e.symbols.Caller(&th.Regs, e.target)
	if !ok || caller.PC() == 0 {
		return drive.Fails(fmt.Errorf("the section %s does not commit, and the end of its function cannot be found to run to", e.sections.Name(p)))
	}
	if e.drive.Escapes(th.Thread, cfa) {
		return drive.Answer{}
	}
	m := journey(th)
	m.Escape, m.Watchdog = cfa, e.drive.Watch(e.look)
	m.Watchdog.Seldom()
	e.trapReturn(m, caller.PC(), cfa)
	m.End = func(how drive.Ending) error {
		m.Watchdog.Stop()
		if how == drive.Arrived || how == drive.Lost {
			e.report.unit(UnitReport{TID: th.TID, Section: e.sections.Name(p), Start: p.Start, End: p.End, Result: SideExit, Exit: th.Regs.PC(), CPU: -1, Rung: RungEscape})
		}
		return nil
	}
	return drive.Then(m, drive.Arrive)
}

// maxRebuild bounds how often inject rebuilds a vector whose compare fails; with every thread
// held, only another process can cause that.
const maxRebuild = 16

// inject is rung 2: a cpu_opv vector does the section's work, and the thread's PC and registers
// become those at the section's exit. done is false if the section would not have committed; if
// done is true, an error says that the registers are still to be set.
// Precondition: the thread is at the arming store, and every other thread is held.
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

// startState is the thread's state at the section's start, computed at the arming store.
func (e *Engine) startState(th *thread, p *table.Placed) (opv.State, error) {
	s := opv.State{Regs: th.Regs}
	s.SetPC(p.Start)
	area, err := e.target.XState(th.TID)
	if err != nil {
		return s, err
	}
	return s, s.LoadVectors(area)
}

// injectFrom runs the vector of the pass that begins in state s.
func (e *Engine) injectFrom(th *thread, p *table.Placed, s opv.State) (bool, error) {
	body, err := e.sections.Body(p)
	if err != nil {
		return false, err
	}
	place := opv.Place{Area: th.Rseq.Area, CPU: e.cpuOf(th), CID: rseq.CID(e.target, th.Rseq)}
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
		left := ledger.Exit{Regs: plan.Exit.Regs, Vectors: plan.Exit.StoreVectors}
		left.Regs.SetPC(plan.ExitPC)
		e.book.OweExit(th.TID, left)
		r := UnitReport{TID: th.TID, Section: e.sections.Name(p), Start: p.Start, End: p.End, Result: Committed,
			Exit: plan.ExitPC, CPU: plan.CPU, Rung: RungOpv}
		for _, op := range plan.Vector {
			r.Vector = append(r.Vector, op.String())
		}
		e.report.unit(r)
		e.progress.Count(th.Thread, p, Committed)
		return true, e.takeExit(th)
	}
	return false, errors.New("its memory is changed from outside all the time")
}

// takeExit sets the registers that the section would have left, after a vector has done its
// work. Until then the book owes them to the thread: from its current PC the thread would
// repeat that work (see restoreRest).
func (e *Engine) takeExit(th *thread) error {
	th.Fresh = false
	if err := e.book.TakeExit(th.TID); err != nil {
		return err
	}
	return e.load(th)
}
