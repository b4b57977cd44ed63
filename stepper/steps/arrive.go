package steps

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
)

// maxBare bounds how many instructions without line information a step executes to return to a
// line (abort handlers, stubs between two lines).
const maxBare = 64

// arrive checks where a way out has led. done: the step ends here; otherwise ranges are those
// to leave next.
func (s *Stepper) arrive(th *drive.Thread, w *walk) (done bool, ranges []machine.Range, stop drive.Stop, err error) {
	for bare := 0; ; bare++ {
		if err := s.Drive.Load(th); err != nil {
			return true, nil, nil, err
		}
		a := s.program.Arrive(&w.Walk, &th.Regs)
		switch {
		case a.Kind == line.Within:
			return false, a.Ranges, nil, nil
		case a.Kind == line.Ends:
			th.Show(th.Regs.PC(), a.Depth)
			return true, nil, nil, nil
		case bare >= maxBare:
			return true, nil, nil, s.showOuter(th)
		}
		if stop, err := s.one(th); stop != nil || err != nil {
			return true, nil, stop, err
		}
	}
}
