package stepper

import (
	"errors"
	"rseqstep/stepper/drive"
)

// endAllQuiet ends the quiet phases of all threads except but (nil: of all threads).
func (e *Engine) endAllQuiet(but *drive.Thread) (*Stop, error) {
	for {
		m, err := e.units.Quiet.Next(but)
		if m == nil || err != nil {
			return nil, err
		}
		if _, stop, err := e.do(m); stop != nil || err != nil {
			return stop, err
		}
	}
}

// restoreRegistrations ends every quiet phase before the debugger detaches: sections commit,
// breakpoints inside them are ignored, and if something interrupts this, the thread is
// registered again and the kernel restarts its section.
func (e *Engine) restoreRegistrations() error {
	var err error
	for _, tid := range e.target.Threads() {
		th := e.drive.Thread(tid)
		if th == nil || !e.units.Quiet.In(th) {
			continue
		}
		if _, _, failed := e.do(e.units.Quiet.Part(th)); !isGone(failed) {
			err = errors.Join(err, failed)
		}
		if failed := e.units.Quiet.Restore(th); !isGone(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
