package units

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// sectionHere executes the unit that begins at the arming store insn, the thread's PC: its
// section, up to the first exit.
func (r *Runner) sectionHere(th *drive.Thread, insn *machine.Insn) drive.Answer {
	p := r.Registration.Armed(th, insn)
	if p == nil {
		// The store disarms, or writes a descriptor that the kernel does not accept: the kernel
		// then kills the program at the next preemption, with or without the debugger.
		return drive.Then(r.Instruction(th, insn), drive.Arrive)
	}
	wanted := r.Points.Wants(th.TID, p) || r.watches()
	confined := (r.Entering || wanted) && r.Registration.Confined(th, p)
	if r.Entering && !confined {
		if err := r.Quiet.Lift(th); err != nil {
			return drive.Fails(err)
		}
		return r.quietHere(th)
	}
	if wanted && !confined {
		return drive.Then(r.throughSection(th), drive.Arrive)
	}
	if err := r.disarmStale(th, p); err != nil {
		return drive.Fails(err)
	}
	if !r.Sections.ExitsKnown(p.Start) && !r.Registration.Confined(th, p) {
		return drive.Then(r.throughSection(th), drive.Arrive) // a native run might leave by a way that is not known
	}
	if a := r.climb(th, p, insn); !a.GoesOn() {
		return a
	}
	th.Pass = rseq.BeginPass(p, insn, &th.Regs, th.Runs)
	return r.runSection(th, p, drive.Arrive)
}

// Restart is DESIGN 4.3: the thread is inside a live section, which the kernel restarts when
// the thread resumes. It runs the thread to the abort handler.
func (r *Runner) Restart(th *drive.Thread, p *table.Placed) drive.Answer {
	if th.Regs.PassesDebug() {
		// The thread stopped at a debug register, so RF is set, and it would skip the debug
		// register at the handler, to which the kernel moves it before its first instruction.
		th.Regs.SetPassesDebug(false)
		if err := r.Target.SetRegs(th.TID, &th.Regs); err != nil {
			return drive.Fails(err)
		}
	}
	m := drive.Run(th, []table.Addr{p.Abort}, drive.Always, tracee.BlockPatience)
	m.Keeps = true
	return drive.Then(m, func() drive.Answer {
		r.ReportRestart(th, p)
		return drive.Arrive()
	})
}

// ReportRestart reports that the kernel has restarted the section p, inside which a thread had
// stopped.
func (r *Runner) ReportRestart(th *drive.Thread, p *table.Placed) {
	u := r.unitOf(th, p, rseq.Restarts, rseq.RungRun)
	u.Exit, u.CPU = p.Abort, r.Registration.CPU(th)
	r.Report.Add(u)
}

// unitOf is the report of a unit, except for what is known only at its end.
func (p *Parts) unitOf(th *drive.Thread, s *table.Placed, result rseq.Result, rung rseq.Rung) rseq.UnitReport {
	return rseq.UnitReport{TID: th.TID, Section: p.Sections.Name(s), Start: s.Start, End: s.End, Result: result, CPU: -1, Rung: rung}
}

// runSection runs the thread to the first exit of p and reports the result.
// Precondition: the thread's last pass is this one, if it is known.
func (r *Runner) runSection(th *drive.Thread, p *table.Placed, next func() drive.Answer) drive.Answer {
	body, err := r.Sections.Body(p)
	if err != nil {
		return drive.Fails(err)
	}
	m := drive.Run(th, r.Sections.Exits(body), drive.Always, tracee.BlockPatience)
	m.Keeps = true
	if err := r.Drive.BlockSignals(th); err != nil {
		return drive.Fails(err)
	}
	m.End = func(how drive.Ending) error {
		err := r.Drive.UnblockSignals(th)
		if err == nil && how != drive.Failed {
			r.reportSection(th, p, body, how)
		}
		th.Pass.End(th.Runs)
		return err
	}
	return r.hiding(th, m, everywhere(), false, next)
}

// watches reports whether a watchpoint can make the kernel restart a section that runs natively, because
// the thread stops before the access.
func (r *Runner) watches() bool { return r.Target.Arch().StepsOver && r.Points.Watching() }

// reportSection reports the result of a section that ran natively.
func (r *Runner) reportSection(th *drive.Thread, p *table.Placed, body *machine.Body, how drive.Ending) {
	u := r.unitOf(th, p, rseq.Diverted, rseq.RungRun)
	if how != drive.Arrived {
		if r.Drive.Knows(th) && r.Drive.Load(th) == nil {
			u.Exit = th.Regs.PC()
		}
		r.Report.Add(u)
		return
	}
	u.Exit, u.CPU = th.Regs.PC(), r.Registration.CPU(th)
	u.Result = rseq.Ended(body, th.Pass.Registers(p), &th.Regs)
	r.Passes.Count(th, p, u.Result)
	r.Report.Add(u)
}
