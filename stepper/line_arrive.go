package stepper

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/line"
)

// maxBare bounds how many instructions without line information a step executes to return to a
// line (abort handlers, stubs between two lines).
const maxBare = 64

// arrive checks where a way out has led. done: the step ends here; otherwise ranges are those
// to leave next.
func (e *Engine) arrive(th *drive.Thread, w *walk) (done bool, ranges []Range, stop *Stop, err error) {
	for bare := 0; ; bare++ {
		if err := e.drive.Load(th); err != nil {
			return true, nil, nil, err
		}
		a := e.program.Arrive(&w.Walk, &th.Regs)
		switch {
		case a.Kind == line.Within:
			return false, a.Ranges, nil, nil
		case a.Kind == line.Ends:
			th.Show(th.Regs.PC(), a.Depth)
			return true, nil, nil, nil
		case bare >= maxBare:
			return true, nil, nil, e.showOuter(th)
		}
		if stop, err := e.stepOne(th); stop != nil || err != nil {
			return true, nil, stop, err
		}
	}
}

// showOuter selects the frame at the PC that is outside the inlined calls beginning there.
func (e *Engine) showOuter(th *drive.Thread) error {
	if err := e.drive.Load(th); err != nil {
		return err
	}
	th.Show(th.Regs.PC(), e.program.Outer(th.Regs.PC()))
	return nil
}
