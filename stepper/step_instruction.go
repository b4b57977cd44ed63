package stepper

import (
	"context"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
)

// StepInstruction steps n instructions or units of the selected thread (stepi).
func (e *Engine) StepInstruction(ctx context.Context, n int) (Stop, error) {
	return e.instructions(ctx, n, e.policy.Inside)
}

// StepInside is StepInstruction that enters sections: it steps the thread in a quiet phase
// (units.Phases), so that the thread stops inside with live state and its section still commits.
func (e *Engine) StepInside(ctx context.Context, n int) (Stop, error) {
	return e.instructions(ctx, n, true)
}

// instructions steps n instructions; inside enters sections.
func (e *Engine) instructions(ctx context.Context, n int, inside bool) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.units.Entering = inside
		defer func() { e.units.Entering = false }()
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
func (e *Engine) showInner(th *drive.Thread) error {
	if !e.target.Alive() {
		return nil
	}
	if err := e.drive.Load(th); err != nil {
		return err
	}
	pc := th.Regs.PC()
	total, _ := e.symbols.Inlines(pc)
	th.Show(pc, total)
	return nil
}

// arrivedAtBreak is the Stop at a user's breakpoint that stepping has reached, nil for none.
func (e *Engine) arrivedAtBreak(th *drive.Thread) (*Stop, error) {
	if err := e.drive.Load(th); err != nil {
		return nil, err
	}
	pc := th.Regs.PC()
	if th.StoppedAt == pc || !e.book.TrapAt(pc) && !e.book.HardwareAt(pc) {
		return nil, nil
	}
	stop, err := e.userBreak(th, pc)
	if stop != nil {
		th.StoppedAt = pc
	}
	return stop, err
}

// NextInstruction is StepInstruction that steps over calls (nexti).
func (e *Engine) NextInstruction(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(th); stop != nil || err != nil {
			return stop, err
		}
		e.units.Entering = e.policy.Inside
		defer func() { e.units.Entering = false }()
		for i := 0; i < n; i++ {
			if err := e.drive.Load(th); err != nil {
				return nil, err
			}
			entered, stop, err := e.deliver(th)
			if stop != nil || err != nil {
				return stop, err
			}
			insn, err := e.sections.Decode(th.Regs.PC())
			if entered {
				// The signal's delivery was the whole step.
			} else if err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall) {
				m := e.returnTo(th, insn.Next(), th.Regs.SP())
				if insn.Kind == machine.Call {
					m.Sections = e.sections.InFunction(insn.Target)
				}
				if _, stop, err := e.do(m); stop != nil || err != nil {
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
