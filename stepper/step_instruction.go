package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// StepInstruction steps n instructions or units of the selected thread (stepi).
func (e *Engine) StepInstruction(n int) (Stop, error) { return e.instructions(n, e.policy.Inside) }

// instructions steps n instructions; inside enters sections.
func (e *Engine) instructions(n int, inside bool) (Stop, error) {
	return e.command(func(th *thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.entering = inside
		defer func() { e.entering = false }()
		for i := 0; i < n; i++ {
			if entered, stop, err := e.deliver(th); stop != nil || err != nil {
				return stop, err
			} else if !entered {
				if stop, err := e.stepOne(th); stop != nil || err != nil {
					return stop, err
				}
			}
			if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
				return stop, err
			}
		}
		return nil, e.showInner(th)
	})
}

// showInner shows the innermost inlined call, as gdb does after stepi.
func (e *Engine) showInner(th *thread) error {
	if !e.target.Alive() {
		return nil
	}
	if err := e.load(th); err != nil {
		return err
	}
	pc := th.regs.PC()
	total, _ := e.symbols.Inlines(pc)
	th.show(pc, total)
	return nil
}

// arrivedAtBreak reports a user's breakpoint that stepping has come to.
func (e *Engine) arrivedAtBreak(th *thread) (*Stop, error) {
	if err := e.load(th); err != nil {
		return nil, err
	}
	pc := th.regs.PC()
	if th.stoppedAt == pc || e.sites[pc] == 0 && !e.hardwareAt(pc) {
		return nil, nil
	}
	stop, err := e.userBreak(th, pc)
	if stop != nil {
		th.stoppedAt = pc
	}
	return stop, err
}

// NextInstruction is StepInstruction that steps over calls (nexti).
func (e *Engine) NextInstruction(n int) (Stop, error) {
	return e.command(func(th *thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.entering = e.policy.Inside
		defer func() { e.entering = false }()
		for i := 0; i < n; i++ {
			if err := e.load(th); err != nil {
				return nil, err
			}
			entered, stop, err := e.deliver(th)
			if stop != nil || err != nil {
				return stop, err
			}
			insn, err := e.decode(th.regs.PC())
			if entered {
				// The signal was the whole step.
			} else if err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall) {
				next, sp := insn.Next(), th.regs.SP()
				tr := &traps{tid: th.tid, at: map[table.Addr]trap{}}
				if insn.Kind == machine.Call {
					tr.sections = e.sectionsIn(insn.Target)
				}
				tr.at[next] = func(th *thread) (bool, *Stop, error) { return th.regs.SP() >= sp, nil, nil }
				if _, stop, err := e.travel(th, tr); stop != nil || err != nil {
					return stop, err
				}
			} else if stop, err := e.stepOne(th); stop != nil || err != nil {
				return stop, err
			}
			if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
				return stop, err
			}
		}
		return nil, e.showInner(th)
	})
}
