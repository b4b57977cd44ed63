package steps

import (
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
