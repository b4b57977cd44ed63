package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
)

// Until is next that never goes backwards: it runs past a loop's end (until).
func (s *Stepper) Until(th *drive.Thread) (drive.Stop, error) {
	if entered, stop, err := s.deliverLine(th, false); entered || stop != nil || err != nil {
		return stop, err
	}
	begun, ok := s.Program.Begin(&th.Regs, s.Depth(th), false)
	if !ok {
		return s.stepOut(th)
	}
	w := &walk{Walk: begun, watchdog: s.Watchdog()}
	defer w.watchdog.Stop()
	before := s.Program.Before(&w.Walk, th.Regs.PC())
	ranges := []machine.Range{before}
	for {
		landed, stop, err := s.leave(th, w, ranges)
		if landed || stop != nil || err != nil {
			return stop, err
		}
		done, next, stop, err := s.arrive(th, w)
		if done || stop != nil || err != nil {
			return stop, err
		}
		ranges = append([]machine.Range{before}, line.Outside(before, next)...)
	}
}

// Advance runs until the thread reaches one of the places, or the current frame returns (until
// LOCATION, advance LOCATION).
func (s *Stepper) Advance(th *drive.Thread, places []source.Place) (drive.Stop, error) {
	tr := drive.Journey(th)
	tr.Sections = s.Sections.Around(th.Regs.PC())
	for _, p := range places {
		if err := s.Sections.GuardOwn(p.Addr); err != nil {
			return nil, err
		}
		tr.Trap(p.Addr, drive.Always)
	}
	if cfa, caller, ok := s.symbols.Caller(&th.Regs, s.Target); ok && caller.PC() != 0 {
		s.trapReturn(tr, caller.PC(), cfa)
		s.trapUnwinding(tr, waiting(cfa))
	}
	_, stop, err := s.Do(tr)
	return stop, err
}
