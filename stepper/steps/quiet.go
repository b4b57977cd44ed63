package steps

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
)

// EndQuiet ends the quiet phases of all threads except but (nil: of all threads).
func (s *Stepper) EndQuiet(but *drive.Thread) (drive.Stop, error) {
	for {
		m, err := s.Quiet.Next(but)
		if m == nil || err != nil {
			return nil, err
		}
		if _, stop, err := s.Do(m); stop != nil || err != nil {
			return stop, err
		}
	}
}

// Part ends every quiet phase before the debugger detaches: sections commit,
// breakpoints inside them are ignored, and if something interrupts this, the thread is
// registered again and the kernel restarts its section.
func (s *Stepper) Part() error {
	var err error
	for _, tid := range s.Target.Threads() {
		th := s.Drive.Thread(tid)
		if th == nil || !s.Quiet.In(th) {
			continue
		}
		if _, _, failed := s.Do(s.Quiet.Part(th)); !tracee.IsGone(failed) {
			err = errors.Join(err, failed)
		}
		if failed := s.Quiet.Restore(th); !tracee.IsGone(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
