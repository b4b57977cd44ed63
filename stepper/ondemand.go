package stepper

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// ErrNoSection says that the thread comes to no section within reach.
var ErrNoSection = errors.New("the thread does not come to a critical section within the next 100000 instructions")

// maxSearch bounds the way to the next section, instructions.
const maxSearch = 100000

// toArming steps the thread to the next arming store it comes to.
func (e *Engine) toArming(th *thread) (*machine.Insn, *table.Placed, *Stop, error) {
	for n := 0; n < maxSearch; n++ {
		insn, p, err := e.atArming(th)
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

// Opv does the work of the section the thread comes to next, or has just been
// aborted in, by a cpu_opv vector, without waiting for it to be stuck.
func (e *Engine) Opv(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(nil); stop != nil || err != nil {
			return stop, err
		}
		if err := e.load(th); err != nil {
			return nil, err
		}
		if last := th.last; last != nil && th.Regs.PC() == last.placed.Abort && last.runs == th.Runs {
			state, err := e.lastState(th, last)
			if err != nil {
				return nil, err
			}
			done, err := e.injectFrom(th, last.placed, state)
			return nil, notDone(done, err, e.sections.Name(last.placed))
		}
		insn, p, stop, err := e.toArming(th)
		if stop != nil || err != nil {
			return stop, err
		}
		done, err := e.inject(th, p, insn)
		return nil, notDone(done, err, e.sections.Name(p))
	})
}

// lastState is the state the thread had at the start of the section it was
// aborted in. Its vector registers are those of now, so the section's work must
// not depend on them.
func (e *Engine) lastState(th *thread, last *lastPass) (opv.State, error) {
	now := opv.State{Regs: last.regs}
	now.SetPC(last.placed.Start)
	area, err := e.target.XState(th.TID)
	if err != nil {
		return now, err
	}
	if err := now.LoadVectors(area); err != nil {
		return now, err
	}
	body, err := e.sections.Body(last.placed)
	if err != nil {
		return now, err
	}
	other := now
	for i := range other.Vec {
		for j := range other.Vec[i] {
			other.Vec[i][j] ^= 0xa5
		}
	}
	place := opv.Place{Area: th.Rseq.Area, CPU: e.cpuOf(th), CID: rseq.CID(e.target, th.Rseq)}
	a, err := opv.Build(opv.V3, body, now, e.target, place)
	if err != nil {
		return now, err
	}
	b, err := opv.Build(opv.V3, body, other, e.target, place)
	if err != nil || a.Vector.String() != b.Vector.String() || !bytes.Equal(a.Data, b.Data) || a.Exit.Regs != b.Exit.Regs {
		return now, errors.New("the section depends on vector registers that the abort may have changed; step to its arming store and try there")
	}
	return now, nil
}

func notDone(done bool, err error, name string) error {
	if err == nil && !done {
		err = fmt.Errorf("the section %s would not commit now: it leaves by another exit; step it with stepi", name)
	}
	return err
}

// AbortAt lets the section the thread comes to next be aborted by the kernel
// before its instruction number n (1 is the first), and stops at its abort
// handler.
func (e *Engine) AbortAt(ctx context.Context, n int) (Stop, error) {
	return e.command(ctx, func(th *thread) (*Stop, error) {
		if stop, err := e.endAllQuiet(nil); stop != nil || err != nil {
			return stop, err
		}
		insn, p, stop, err := e.toArming(th)
		if stop != nil || err != nil {
			return stop, err
		}
		th.comes(p, insn)
		defer th.goes()
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
		_, stop, err = e.decideNow(th, func(t *drive.Thread) drive.Answer { return e.restart(th, p) })
		return stop, err
	})
}
