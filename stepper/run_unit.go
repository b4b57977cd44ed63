package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// sectionHere executes the unit that begins at the arming store insn, the thread's PC: its
// section, up to the first exit.
func (e *Engine) sectionHere(th *thread, insn *machine.Insn) drive.Answer {
	p := e.armed(th, insn)
	if p == nil {
		// The store disarms, or writes a descriptor that the kernel does not accept: the kernel
		// then kills the program at the next preemption, with or without the debugger.
		return drive.Then(e.instruction(th, insn), drive.Arrive)
	}
	wanted := e.wantedInside(th, p)
	confined := (e.entering || wanted) && e.confined(th, p)
	if e.entering && !confined {
		if err := e.liftRegistration(th); err != nil {
			return drive.Fails(err)
		}
		return e.insideHere(th)
	}
	if wanted && !confined {
		return drive.Then(e.throughSection(th), drive.Arrive)
	}
	if err := e.disarmStale(th, p); err != nil {
		return drive.Fails(err)
	}
	if !e.sections.ExitsKnown(p.Start) && !e.confined(th, p) {
		return drive.Then(e.throughSection(th), drive.Arrive) // a native run might leave by a way that is not known
	}
	if a := e.climb(th, p, insn); !a.GoesOn() {
		return a
	}
	th.comes(p, insn)
	return e.runSection(th, p, drive.Arrive)
}

// lastPass is the section that a thread reached last.
type lastPass struct {
	placed *table.Placed
	regs   machine.Regs // at the arming store, which Start follows immediately
	runs   int          // thread.Runs when the pass had ended; a larger number: unknown code ran since
}

// comes records that a thread is at the arming store insn of p.
func (th *thread) comes(p *table.Placed, insn *machine.Insn) {
	th.last = nil
	if insn.Next() == p.Start {
		th.last = &lastPass{placed: p, regs: th.Regs, runs: th.Runs}
	}
}

// goes records that the pass has ended.
func (th *thread) goes() {
	if th.last != nil {
		th.last.runs = th.Runs
	}
}

// restart is DESIGN 4.3: the thread is inside a live section, which the kernel restarts when
// the thread resumes. It runs the thread to the abort handler.
func (e *Engine) restart(th *thread, p *table.Placed) drive.Answer {
	if th.Regs.PassesDebug() {
		// The thread stopped at a debug register, so RF is set, and it would skip the debug
		// register at the handler, to which the kernel moves it before its first instruction.
		th.Regs.SetPassesDebug(false)
		if err := e.target.SetRegs(th.TID, &th.Regs); err != nil {
			return drive.Fails(err)
		}
	}
	m := runTo(th, []table.Addr{p.Abort}, nil)
	m.Keeps = true
	return drive.Then(m, func() drive.Answer {
		e.report.unit(UnitReport{TID: th.TID, Section: e.sections.Name(p), Start: p.Start, End: p.End, Result: Restarts, Exit: p.Abort, CPU: e.cpuOf(th), Rung: RungRun})
		return drive.Arrive()
	})
}

// runSection runs the thread to the first exit of p and reports the result.
// Precondition: the thread's last pass is this one, if it is known.
func (e *Engine) runSection(th *thread, p *table.Placed, next func() drive.Answer) drive.Answer {
	body, err := e.sections.Body(p)
	if err != nil {
		return drive.Fails(err)
	}
	m := runTo(th, e.sections.Exits(body), nil)
	m.Keeps = true
	if err := e.drive.BlockSignals(th.Thread); err != nil {
		return drive.Fails(err)
	}
	m.End = func(how drive.Ending) error {
		err := e.drive.UnblockSignals(th.Thread)
		if err == nil && how != drive.Failed {
			e.reportSection(th, p, body, how)
		}
		th.goes()
		return err
	}
	return drive.Then(m, next)
}

// reportSection reports the result of a section that ran natively.
func (e *Engine) reportSection(th *thread, p *table.Placed, body *machine.Body, how drive.Ending) {
	report := UnitReport{TID: th.TID, Section: e.sections.Name(p), Start: p.Start, End: p.End, CPU: -1, Rung: RungRun}
	if how != drive.Arrived {
		report.Result = Diverted
		if e.drive.Knows(th.Thread) && e.load(th) == nil {
			report.Exit = th.Regs.PC()
		}
		e.report.unit(report)
		return
	}
	report.Exit, report.CPU = th.Regs.PC(), e.cpuOf(th)
	var before *machine.Regs
	if th.last != nil {
		before = &th.last.regs
	}
	report.Result = rseq.Ended(body, before, &th.Regs)
	e.progress.Count(th.Thread, p, report.Result)
	e.report.unit(report)
}

// cpuOf is the CPU number in the area, -1 when there is none.
func (e *Engine) cpuOf(th *thread) int {
	if e.drive.Registration(th.Thread) != nil {
		return -1
	}
	return rseq.CPU(e.target, th.Rseq)
}
