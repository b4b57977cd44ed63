package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// lineBlind executes one instruction, as stepi does, of a line whose ways out cannot all have
// traps. It steps over a call, unless step enters the callee.
func (s *Stepper) lineBlind(th *drive.Thread, w *walk) (done bool, stop drive.Stop, err error) {
	insn, err := s.Sections.Decode(th.Regs.PC())
	calls := err == nil && (insn.Kind == machine.Call || insn.Kind == machine.IndirectCall)
	sp := th.Regs.SP()
	if stop, err := s.one(th); stop != nil || err != nil {
		return false, stop, err
	}
	if err := s.Drive.Load(th); err != nil {
		return false, nil, err
	}
	if calls && th.Regs.Called(insn.Next(), sp) {
		if fn, ok := s.Program.Callee(&w.Walk, th.Regs.PC()); ok && w.Into {
			_, stop, err := s.decideNow(th, func(t *drive.Thread) drive.Answer { return s.enterFrom(th, fn) })
			return true, stop, err
		}
		if stop, err := s.backFrom(th, insn.Next(), sp); stop != nil || err != nil {
			return false, stop, err
		}
	}
	stop, err = s.arrived(th)
	return false, stop, err
}

// backFrom continues until a call that the thread has just made has returned to ra.
func (s *Stepper) backFrom(th *drive.Thread, ra, sp table.Addr) (drive.Stop, error) {
	if s.Sections.GuardOwn(ra) == nil {
		_, stop, err := s.Do(returnTo(th, ra, sp))
		return stop, err
	}
	for th.Regs.Called(ra, sp) {
		if stop, err := s.one(th); stop != nil || err != nil {
			return stop, err
		}
		if err := s.Drive.Load(th); err != nil {
			return nil, err
		}
		if stop, err := s.arrived(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, nil
}
