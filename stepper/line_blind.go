package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// lineBlind executes one instruction, as stepi does, of a line whose ways out cannot all have
// traps. It steps over a call, unless step enters the callee.
func (e *Engine) lineBlind(th *drive.Thread, w *walk) (done bool, stop *Stop, err error) {
	insn, err := e.sections.Decode(th.Regs.PC())
	calls := err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall)
	sp := th.Regs.SP()
	if stop, err := e.stepOne(th); stop != nil || err != nil {
		return false, stop, err
	}
	if err := e.drive.Load(th); err != nil {
		return false, nil, err
	}
	if calls && th.Regs.SP() < sp {
		if fn, ok := e.program.Callee(&w.Walk, th.Regs.PC()); ok && w.Into {
			_, stop, err := e.decideNow(th, func(t *drive.Thread) drive.Answer { return e.enterFrom(th, fn) })
			return true, stop, err
		}
		if stop, err := e.backFrom(th, insn.Next(), sp); stop != nil || err != nil {
			return false, stop, err
		}
	}
	stop, err = e.arrivedAtBreak(th)
	return false, stop, err
}

// backFrom continues until a call that the thread has just made has returned to ra.
func (e *Engine) backFrom(th *drive.Thread, ra, sp table.Addr) (*Stop, error) {
	if e.sections.GuardOwn(ra) == nil {
		_, stop, err := e.do(e.returnTo(th, ra, sp))
		return stop, err
	}
	for th.Regs.SP() < sp {
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return stop, err
		}
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, nil
}
