package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// ErrNoSection says that the thread reaches no section within maxSearch instructions.
var ErrNoSection = errors.New("the thread does not come to a critical section within the next 100000 instructions")

// maxSearch bounds the search for the next section, instructions.
const maxSearch = 100000

// toArming steps the thread to the next arming store that it reaches.
func (e *Engine) toArming(th *drive.Thread) (*machine.Insn, *table.Placed, *Stop, error) {
	for n := 0; n < maxSearch; n++ {
		insn, p, err := e.rseq.AtArming(th)
		if err != nil || p != nil {
			return insn, p, nil, err
		}
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return nil, nil, stop, err
		}
		if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
			return nil, nil, stop, err
		}
	}
	return nil, nil, nil, ErrNoSection
}

// Opv does, by a cpu_opv vector, the work of the section that the thread reaches next or was
// just aborted in, without waiting until it is stuck.
func (e *Engine) Opv(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(nil); stop != nil || err != nil {
			return stop, err
		}
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		if last := th.Pass; last != nil && th.Regs.PC() == last.Placed.Abort && last.Runs == th.Runs {
			state, err := e.lastState(th, last)
			if err != nil {
				return nil, err
			}
			done, err := e.units.InjectFrom(th, last.Placed, state)
			return nil, notDone(done, err, e.sections.Name(last.Placed))
		}
		insn, p, stop, err := e.toArming(th)
		if stop != nil || err != nil {
			return stop, err
		}
		done, err := e.units.Inject(th, p, insn)
		return nil, notDone(done, err, e.sections.Name(p))
	})
}

// lastState is the thread's state at the start of the section that it was aborted in. The
// vector registers are the current ones, so lastState fails if the section's work depends on
// them.
func (e *Engine) lastState(th *drive.Thread, last *rseq.Pass) (opv.State, error) {
	now := opv.State{Regs: last.Before}
	now.SetPC(last.Placed.Start)
	area, err := e.target.XState(th.TID)
	if err != nil {
		return now, err
	}
	if err := now.LoadVectors(area); err != nil {
		return now, err
	}
	body, err := e.sections.Body(last.Placed)
	if err != nil {
		return now, err
	}
	place := opv.Place{Area: th.Rseq.Area, CPU: e.rseq.CPU(th), CID: rseq.CID(e.target, th.Rseq)}
	needs, err := opv.NeedsVectors(opv.V3, body, now, e.target, place)
	if err == nil && needs {
		err = errors.New("the section depends on vector registers that the abort may have changed; step to its arming store and try there")
	}
	return now, err
}

func notDone(done bool, err error, name string) error {
	if err == nil && !done {
		err = fmt.Errorf("the section %s would not commit now: it leaves by another exit; step it with stepi", name)
	}
	return err
}

// AbortAt makes the kernel abort the next section that the thread reaches, before the section's
// instruction number n (1 is the first), and stops at the abort handler.
func (e *Engine) AbortAt(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(nil); stop != nil || err != nil {
			return stop, err
		}
		insn, p, stop, err := e.toArming(th)
		if stop != nil || err != nil {
			return stop, err
		}
		th.Pass = rseq.BeginPass(p, insn, &th.Regs, th.Runs)
		defer func() { th.Pass.End(th.Runs) }()
		body, err := e.sections.Body(p)
		if err != nil {
			return nil, err
		}
		if n < 1 || n > len(body.Insns) {
			return nil, fmt.Errorf("the section %s has instructions 1 to %d", e.sections.Name(p), len(body.Insns))
		}
		at := body.Insns[n-1].Addr
		if _, stop, err := e.do(runTo(th, append([]table.Addr{at}, e.sections.Exits(body)...), nil)); stop != nil || err != nil {
			return stop, err
		}
		where := th.Regs.PC()
		if where != at {
			return nil, fmt.Errorf("the section left to %s before it came to its instruction %d", e.sections.AddressName(where), n)
		}
		_, stop, err = e.decideNow(th, func(t *drive.Thread) drive.Answer { return e.units.Restart(th, p) })
		return stop, err
	})
}
