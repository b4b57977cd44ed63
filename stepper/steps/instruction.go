package steps

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
)

// Instructions steps a thread over n instructions or units (stepi). inside: it enters sections.
func (s *Stepper) Instructions(th *drive.Thread, n int, inside bool) (drive.Stop, error) {
	return s.instructions(th, n, inside, s.one)
}

// OverCalls is Instructions that steps over calls (nexti).
func (s *Stepper) OverCalls(th *drive.Thread, n int, inside bool) (drive.Stop, error) {
	return s.instructions(th, n, inside, s.overCall)
}

func (s *Stepper) instructions(th *drive.Thread, n int, inside bool, step func(*drive.Thread) (drive.Stop, error)) (drive.Stop, error) {
	if stop, err := s.EndQuiet(th); stop != nil || err != nil {
		return stop, err
	}
	s.Entering = inside
	defer func() { s.Entering = false }()
	for range n {
		if entered, stop, err := s.deliver(th); stop != nil || err != nil {
			return stop, err
		} else if !entered {
			if stop, err := step(th); stop != nil || err != nil {
				return stop, err
			}
		}
		if stop, err := s.arrived(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, s.showInner(th)
}

// overCall executes one instruction, or a call until it has returned.
func (s *Stepper) overCall(th *drive.Thread) (drive.Stop, error) {
	if err := s.Drive.Load(th); err != nil {
		return nil, err
	}
	insn, err := s.Sections.Decode(th.Regs.PC())
	if err != nil || insn.Kind != machine.Call && insn.Kind != machine.IndirectCall {
		return s.one(th)
	}
	m := returnTo(th, insn.Next(), th.Regs.SP())
	if insn.Kind == machine.Call {
		m.Sections = s.Sections.InFunction(insn.Target)
	}
	_, stop, err := s.Do(m)
	return stop, err
}

// Alone steps a thread over one instruction or unit. Signals that pass silently wait until the step
// has ended, so that no handler runs meanwhile that might not return (Go's preemption leads to the
// scheduler). The signals that the instruction itself raises do not wait: their handler begins,
// and the step ends there.
func (s *Stepper) Alone(th *drive.Thread, inside bool) (drive.Stop, error) {
	if stop, err := s.EndQuiet(th); stop != nil || err != nil {
		return stop, err
	}
	s.Entering, s.Drive.Holds = inside, true
	defer func() { s.Entering, s.Drive.Holds = false, false }()
	blocked, err := s.BlockFor(th)
	if err != nil {
		return nil, err
	}
	stop, err := s.one(th)
	if blocked && !s.Quiet.In(th) { // a quiet phase keeps them blocked to its end
		err = errors.Join(err, s.Drive.UnblockSignals(th))
	}
	if stop != nil || err != nil {
		return stop, err
	}
	if stop, err := s.arrived(th); stop != nil || err != nil {
		return stop, err
	}
	return nil, s.showInner(th)
}
