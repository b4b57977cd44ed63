package steps

import "rseqstep/stepper/drive"

// Watchdog starts a watchdog for a step.
func (s *Stepper) Watchdog() *drive.Watchdog { return s.Drive.Watch(s.look) }

// look steps the thread of an overdue move by units until the watchdog has seen enough or the
// thread has reached a trap. It returns the zero Answer when there is nothing more to look at.
func (s *Stepper) look(m *drive.Move) drive.Answer {
	watch, th := m.Watchdog, m.Thread
	before := s.watch.Fruitless(th)
	return drive.Then(s.Unit(th), func() drive.Answer {
		if a := s.Host.Arrived(th); !a.GoesOn() {
			return a
		}
		if !watch.More(s.watch.Fruitless(th) != before) {
			watch.Again(watch.Found)
		}
		if a := s.Drive.AtTrap(th, th.Regs.PC()); !a.GoesOn() {
			return a
		}
		return s.Drive.Interrupted(th)
	})
}
