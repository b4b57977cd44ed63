package units

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
)

// step steps one instruction of a quiet phase, and then calls next. The phase has not
// ended by then, except for rseq.QuietKernel.
func (p *Phases) step(th *drive.Thread, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	q := p.of[th]
	if err := p.Drive.Load(th); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	th.StoppedAt = 0
	if p.Functions.Begins(pc) {
		return drive.Then(p.Functions.Run(th), func() drive.Answer { return next(rseq.QuietGoing) })
	}
	insn, err := p.Sections.Decode(pc)
	if err != nil {
		insn = &machine.Insn{Addr: pc} // unknown code: the processor decides
	}
	if insn.Kind == machine.Syscall {
		if err := p.Restore(th); err != nil {
			return drive.Fails(err)
		}
		return next(rseq.QuietKernel)
	}
	if s, ok := p.Parts.sequence(th, insn); ok {
		return p.sequence(th, s, insn, next)
	}
	if rseq.Arms(insn, &th.Regs, q.config) {
		if s := p.Registration.Armed(th, insn); s != nil {
			body, err := p.Sections.Body(s)
			if err != nil {
				return drive.Fails(err)
			}
			q.Enter(s, body)
			th.Pass = rseq.BeginPass(s, insn, &th.Regs, th.Runs)
		}
	}
	end := rseq.QuietKernel
	m := &drive.Move{Thread: th, Gait: drive.Single, Lone: true, Quiet: true}
	m.End = func(how drive.Ending) error {
		if how == drive.Failed || p.of[th] == nil || !p.Drive.Knows(th) {
			return nil
		}
		switch err := p.Drive.Load(th); {
		case err != nil && how == drive.Arrived:
			return err
		case err != nil, th.Regs.PC() == pc && how != drive.Arrived: // the instruction has not run
			return nil
		}
		end = q.Step(insn, &th.Regs)
		p.report(th, q, end)
		return nil
	}
	return drive.Then(m, func() drive.Answer { return next(end) })
}

// report reports a pass that has ended in a quiet phase.
func (p *Phases) report(th *drive.Thread, q *phase, end rseq.QuietEnd) {
	result := end.Result()
	if result == 0 {
		return
	}
	u := p.unitOf(th, q.Placed, result, rseq.RungQuiet)
	u.Exit, u.CPU = th.Regs.PC(), rseq.CPU(p.Target, q.config)
	p.Report.Add(u)
	p.Passes.Count(th, q.Placed, result)
}
