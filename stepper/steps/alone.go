package steps

import (
	"errors"

	"rseqstep/stepper/drive"
)

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
