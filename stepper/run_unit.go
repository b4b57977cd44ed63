package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// sectionHere is the unit that begins at an arming store, insn, where a thread
// stands: its section, up to the first exit.
func (e *Engine) sectionHere(th *thread, insn *machine.Insn) answer {
	p := e.armed(th, insn)
	if p == nil {
		// It disarms, or writes no descriptor that the kernel would take: that
		// kills the program on the next preemption, with or without us.
		return then(e.instruction(th, insn), arrive)
	}
	wanted := e.wantedInside(th, p)
	confined := (e.entering || wanted) && e.confined(th, p)
	if e.entering && !confined {
		if err := e.liftRegistration(th); err != nil {
			return fails(err)
		}
		return e.insideHere(th)
	}
	if wanted && !confined {
		return then(e.throughSection(th), arrive)
	}
	if err := e.disarmStale(th, p); err != nil {
		return fails(err)
	}
	if !e.sections.ExitsKnown(p.Start) && !e.confined(th, p) {
		return then(e.throughSection(th), arrive) // run natively, it might leave by another way than those known
	}
	if a := e.climb(th, p, insn); !a.goesOn() {
		return a
	}
	th.comes(p, insn)
	return e.runSection(th, p, arrive)
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
		th.last = &lastPass{placed: p, regs: th.regs, runs: th.runs}
	}
}

// goes records that the pass has ended.
func (th *thread) goes() {
	if th.last != nil {
		th.last.runs = th.runs
	}
}

// restart is DESIGN 4.3: the thread stands inside a live section, which the
// kernel restarts when the thread goes on. It is met at the abort handler.
func (e *Engine) restart(th *thread, p *table.Placed) answer {
	if th.regs.PassesDebug() {
		// Stopped by a debug register, it would pass over the one at the handler,
		// which the kernel moves it to before its first instruction.
		th.regs.SetPassesDebug(false)
		if err := e.target.SetRegs(th.tid, &th.regs); err != nil {
			return fails(err)
		}
	}
	m := e.runTo(th, []table.Addr{p.Abort}, nil)
	m.keeps = true
	return then(m, func() answer {
		e.report.unit(UnitReport{TID: th.tid, Section: e.sections.Name(p), Start: p.Start, End: p.End, Result: Restarts, Exit: p.Abort, CPU: e.cpuOf(th), Rung: RungRun})
		return arrive()
	})
}

// runSection runs the thread to the first exit of p and reports what came of it.
// Precondition: the thread's last pass is this one, as far as it is known.
func (e *Engine) runSection(th *thread, p *table.Placed, next func() answer) answer {
	body, err := e.sections.Body(p)
	if err != nil {
		return fails(err)
	}
	m := e.runTo(th, e.sections.Exits(body), nil)
	m.keeps = true
	if err := e.blockSignals(th); err != nil {
		return fails(err)
	}
	m.end = func(how ending) error {
		err := e.unblockSignals(th)
		if err == nil && how != endFailed {
			e.reportSection(th, p, body, how)
		}
		th.goes()
		return err
	}
	return then(m, next)
}

// reportSection says what came of a section that was run natively.
func (e *Engine) reportSection(th *thread, p *table.Placed, body *machine.Body, how ending) {
	report := UnitReport{TID: th.tid, Section: e.sections.Name(p), Start: p.Start, End: p.End, CPU: -1, Rung: RungRun}
	if how != endArrived {
		report.Result = Diverted
		if e.threads[th.tid] == th && e.load(th) == nil {
			report.Exit = th.regs.PC()
		}
		e.report.unit(report)
		return
	}
	report.Exit, report.CPU = th.regs.PC(), e.cpuOf(th)
	var before *machine.Regs
	if th.last != nil {
		before = &th.last.regs
	}
	report.Result = rseq.Ended(body, before, &th.regs)
	e.tally(th, p, report.Result)
	e.report.unit(report)
}

// cpuOf is the CPU the area names, -1 when there is none.
func (e *Engine) cpuOf(th *thread) int {
	if e.registration(th) != nil {
		return -1
	}
	return rseq.CPU(e.target, th.rseq)
}
