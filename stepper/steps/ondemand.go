package steps

import (
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
func (s *Stepper) toArming(th *drive.Thread) (*machine.Insn, *table.Placed, drive.Stop, error) {
	for n := 0; n < maxSearch; n++ {
		insn, p, err := s.Registration.AtArming(th)
		if err != nil || p != nil {
			return insn, p, nil, err
		}
		if stop, err := s.one(th); stop != nil || err != nil {
			return nil, nil, stop, err
		}
		if stop, err := s.arrived(th); stop != nil || err != nil {
			return nil, nil, stop, err
		}
	}
	return nil, nil, nil, ErrNoSection
}

// Opv does, by a cpu_opv vector, the work of the section that the thread reaches next or was
// just aborted in, without waiting until it is stuck.
func (s *Stepper) Opv(th *drive.Thread) (drive.Stop, error) {
	if stop, err := s.EndQuiet(nil); stop != nil || err != nil {
		return stop, err
	}
	if err := s.Drive.Load(th); err != nil {
		return nil, err
	}
	if last := th.Pass; last != nil && th.Regs.PC() == last.Placed.Abort && last.Runs == th.Runs {
		state, err := s.lastState(th, last)
		if err != nil {
			return nil, err
		}
		done, err := s.InjectFrom(th, last.Placed, state)
		return nil, notDone(done, err, s.Sections.Name(last.Placed))
	}
	insn, p, stop, err := s.toArming(th)
	if stop != nil || err != nil {
		return stop, err
	}
	done, err := s.Inject(th, p, insn)
	return nil, notDone(done, err, s.Sections.Name(p))
}

// lastState is the thread's state at the start of the section that it was aborted in. The
// vector registers are the current ones, so lastState fails if the section's work depends on
// them.
func (s *Stepper) lastState(th *drive.Thread, last *rseq.Pass) (opv.State, error) {
	now := opv.State{Regs: last.Before}
	now.SetPC(last.Placed.Start)
	area, err := s.Target.XState(th.TID)
	if err != nil {
		return now, err
	}
	if err := opv.LoadVectors(&now, area); err != nil {
		return now, err
	}
	body, err := s.Sections.Body(last.Placed)
	if err != nil {
		return now, err
	}
	place := opv.Place{Area: th.Rseq.Area, CPU: s.Registration.CPU(th), CID: rseq.CID(s.Target, th.Rseq)}
	needs, err := opv.NeedsVectors(opv.V3, body, now, s.Target, place)
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
func (s *Stepper) AbortAt(th *drive.Thread, n int) (drive.Stop, error) {
	if stop, err := s.EndQuiet(nil); stop != nil || err != nil {
		return stop, err
	}
	insn, p, stop, err := s.toArming(th)
	if stop != nil || err != nil {
		return stop, err
	}
	th.Pass = rseq.BeginPass(p, insn, &th.Regs, th.Runs)
	defer func() { th.Pass.End(th.Runs) }()
	body, err := s.Sections.Body(p)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > len(body.Insns) {
		return nil, fmt.Errorf("the section %s has instructions 1 to %d", s.Sections.Name(p), len(body.Insns))
	}
	at := body.Insns[n-1].Addr
	if _, stop, err := s.Do(runTo(th, append([]table.Addr{at}, s.Sections.Exits(body)...), nil)); stop != nil || err != nil {
		return stop, err
	}
	where := th.Regs.PC()
	if where != at {
		return nil, fmt.Errorf("the section left to %s before it came to its instruction %d", s.Sections.AddressName(where), n)
	}
	_, stop, err = s.decideNow(th, func(t *drive.Thread) drive.Answer { return s.Restart(th, p) })
	return stop, err
}
