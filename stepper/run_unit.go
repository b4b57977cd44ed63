package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// sectionHere is the unit that begins at an arming store, insn, where a thread
// stands: its section, up to the first exit.
func (e *Engine) sectionHere(th *thread, insn *machine.Insn) drive.Answer {
	p := e.armed(th, insn)
	if p == nil {
		// It disarms, or writes no descriptor that the kernel would take: that
		// kills the program on the next preemption, with or without us.
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
		return drive.Then(e.throughSection(th), drive.Arrive) // run natively, it might leave by another way than those known
	}
	if a := e.climb(th, p, insn); !a.GoesOn() {
		return a
	}
	th.comes(p, insn)
	return e.runSection(th, p, drive.Arrive)
}

// lastPass is a section as a thread came to it last.
type lastPass struct {
	placed *table.Placed
	regs   machine.Regs // at the arming store; Start follows it at once
	runs   int          // the thread's runs when the pass had ended: later ones are not known
}

// comes records a thread that stands at the arming store insn of p.
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

// restart is DESIGN 4.3: the thread stands inside a live section, which the
// kernel restarts when the thread goes on. It is met at the abort handler.
func (e *Engine) restart(th *thread, p *table.Placed) drive.Answer {
	if th.Regs.PassesDebug() {
		// Stopped by a debug register, it would pass over the one at the handler,
		// which the kernel moves it to before its first instruction.
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

// runSection runs the thread to the first exit of p and reports what came of it.
// Precondition: the thread's last pass is this one, as far as it is known.
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

// reportSection says what came of a section that was run natively.
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
	e.tally(th, p, report.Result)
	e.report.unit(report)
}

// cpuOf is the CPU the area names, -1 when there is none.
func (e *Engine) cpuOf(th *thread) int {
	if e.drive.Registration(th.Thread) != nil {
		return -1
	}
	return rseq.CPU(e.target, th.Rseq)
}
