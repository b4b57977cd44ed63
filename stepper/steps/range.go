package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
)

// Ranges runs a thread until its PC is outside of the ranges, which are sorted, by a call, a return
// or a branch, in whatever frame. Sections on the way run as units. A trap for a way out inside a
// section is set at the section's exits instead, and an abort handler without lines of its own
// counts as part of the ranges. If the PC is outside already, Ranges steps once.
func (s *Stepper) Ranges(th *drive.Thread, ranges []machine.Range) (drive.Stop, error) {
	if err := s.Drive.Load(th); err != nil {
		return nil, err
	}
	began := machine.InRanges(ranges, th.Regs.PC())
	if !began {
		if stop, err := s.one(th); stop != nil || err != nil {
			return stop, err
		}
	}
	for {
		if _, stop, err := s.Do(s.Quiet.End(th)); stop != nil || err != nil {
			return stop, err
		}
		if err := s.Drive.Load(th); err != nil {
			return nil, err
		}
		// If the kernel restarts a section during Quiet.End, or during the first step, the
		// thread is at that section's abort handler.
		if pc := th.Regs.PC(); !machine.InRanges(ranges, pc) && !(began && machine.InRanges(s.Program.Cover(&line.Walk{}, ranges), pc)) {
			break
		}
		if stop, err := s.leaveRange(th, ranges); stop != nil || err != nil {
			return stop, err
		}
	}
	if stop, err := s.arrived(th); stop != nil || err != nil {
		return stop, err
	}
	return nil, s.showInner(th)
}

// leaveRange runs the thread to the first way out of the ranges. If it had to step an
// instruction of the ranges, it can return without a Stop while the thread is still inside.
func (s *Stepper) leaveRange(th *drive.Thread, ranges []machine.Range) (drive.Stop, error) {
	ranges = s.Program.Cover(&line.Walk{}, ranges)
	plan := s.Program.LeaveRanges(&th.Regs, ranges)
	if plan.Blind || plan.Stepped[th.Regs.PC()] {
		return s.one(th) // resuming would step off the trap here without asking its decision
	}
	_, stop, err := s.Do(s.planned(th, plan, func(t line.Trap) drive.Decision {
		switch t.Kind {
		case line.Steps:
			return func(th *drive.Thread) drive.Answer {
				return drive.Then(s.Unit(th), func() drive.Answer { return drive.ArriveIf(plan.LedOut(&th.Regs)) })
			}
		case line.Called:
			return drive.When(func(th *drive.Thread) bool { return plan.CalledOut(t, &th.Regs) })
		}
		return drive.Always
	}))
	return stop, err
}
