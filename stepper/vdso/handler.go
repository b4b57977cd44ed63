package vdso

import (
	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// Handler runs a signal's handler, which is about to begin, to its end: the thread is then back
// at its current PC, in the vDSO or not. Inside a vDSO function, the handler may instead have left
// by siglongjmp(3) and reached this place in another call of the function; that call has a trap at
// its first instruction.
func (s *Stepper) Handler(th *drive.Thread) *drive.Move {
	pc, sp, runs := th.Regs.PC(), th.Regs.SP(), th.Runs
	where := []table.Addr{pc}
	a := s.interrupted(th)
	if a != nil {
		where = append(where, a.function.Start)
	}
	m := drive.Run(th, where, drive.When(func(th *drive.Thread) bool {
		r := &th.Regs
		return r.PC() == pc && r.SP() == sp || a != nil && r.PC() == a.function.Start && r.EntryCFA() == a.cfa
	}), s.patience)
	m.End = func(how drive.Ending) error {
		if how == drive.Arrived && th.Regs.PC() == pc {
			s.calls[th].resumed(runs, th.Runs)
		}
		return nil
	}
	return m
}

// interrupted is the activation in which a thread is stepped, nil for none.
func (s *Stepper) interrupted(th *drive.Thread) *activation {
	if len(s.calls[th]) == 0 || !s.Contains(th.Regs.PC()) {
		return nil
	}
	frame, err := s.frame(th)
	if err != nil {
		return nil
	}
	return s.calls[th].of(&frame, th.Runs)
}
