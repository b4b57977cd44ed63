package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/tracee"
)

// restoreRest undoes whatever a failed command has left changed: it holds every thread and
// undoes those changes in the book that nothing needs any more. It does not end a quiet phase
// that is to continue. What it cannot undo, the Engine tries to undo again before the next
// command and before detaching.
func (e *Engine) restoreRest() error {
	for _, tid := range e.target.Threads() {
		if e.target.Alive() && !e.target.Held(tid) {
			if err := errors.Join(e.drive.Hold(), e.progress.UnwatchAll()); err != nil {
				return err
			}
			break
		}
	}
	err := e.book.GiveBack()
	for _, th := range e.drive.Threads() {
		th.Fresh = false
	}
	e.units.Quiet.Settle()
	return err
}

// restoreRestAfter is restoreRest after a command that ended in err: it joins the error of what
// could not be undone to err.
func (e *Engine) restoreRestAfter(err error) error {
	if again := e.restoreRest(); again != nil && !tracee.IsGone(again) {
		return errors.Join(err, fmt.Errorf("changes to the program could not be undone (the next command tries again): %w", again))
	}
	return err
}
