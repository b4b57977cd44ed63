package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// quiet is a quiet phase: a short period in which one thread single-steps with its rseq
// registration lifted, so that stops neither abort sections nor rewrite the area. The thread is
// pinned to its CPU, its signals are blocked, and every other thread is held. The guarantee of
// sections, that nothing else uses the CPU's data, holds because nothing else of the program
// runs.
type quiet struct {
	rseq.Quiet
	config tracee.RseqConfig
}

// quietStep steps one instruction of a quiet phase, and then calls next. The phase has not
// ended by then, except for rseq.QuietKernel.
func (e *Engine) quietStep(th *thread, next func(rseq.QuietEnd) drive.Answer) drive.Answer {
	q := th.quiet
	if err := e.load(th); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	th.StoppedAt = 0
	if e.vdso != nil && e.vdso.Contains(pc) {
		if f, ok := e.vdso.Entry(pc); ok {
			return drive.Then(e.runVDSO(th, f), func() drive.Answer { return next(rseq.QuietGoing) })
		}
	}
	insn, err := e.sections.Decode(pc)
	if err != nil {
		insn = &machine.Insn{Addr: pc} // unknown code: the processor decides
	}
	if insn.Kind == machine.Syscall {
		if err := e.restoreRegistration(th); err != nil {
			return drive.Fails(err)
		}
		return next(rseq.QuietKernel)
	}
	if rseq.Arms(insn, &th.Regs, q.config) {
		if p := e.armed(th, insn); p != nil {
			body, err := e.sections.Body(p)
			if err != nil {
				return drive.Fails(err)
			}
			q.Enter(p, body)
			th.comes(p, insn)
		}
	}
	end := rseq.QuietKernel
	m := &drive.Move{Thread: th.Thread, Gait: drive.Single, Lone: true, Quiet: true}
	m.End = func(how drive.Ending) error {
		if how == drive.Failed || th.quiet == nil || !e.drive.Knows(th.Thread) {
			return nil
		}
		switch err := e.load(th); {
		case err != nil && how == drive.Arrived:
			return err
		case err != nil, th.Regs.PC() == pc && how != drive.Arrived: // the instruction has not run
			return nil
		}
		end = q.Step(insn, th.Regs.PC(), th.Regs.SP())
		e.reportQuiet(th, q, end)
		return nil
	}
	return drive.Then(m, func() drive.Answer { return next(end) })
}

// maxQuiet bounds how many instructions a quiet phase runs outside of sections. tcmalloc's slow
// paths take some hundreds. There is no bound inside a section; the user can interrupt it.
const maxQuiet = 200000

// reportQuiet reports a pass that has ended in a quiet phase.
func (e *Engine) reportQuiet(th *thread, q *quiet, end rseq.QuietEnd) {
	result := end.Result()
	if result == 0 {
		return
	}
	r := UnitReport{TID: th.TID, Section: e.sections.Name(q.Placed), Start: q.Placed.Start, End: q.Placed.End,
		Result: result, Exit: th.Regs.PC(), CPU: rseq.CPU(e.target, q.config), Rung: RungQuiet}
	e.report.unit(r)
	e.progress.Count(th.Thread, q.Placed, result)
}
