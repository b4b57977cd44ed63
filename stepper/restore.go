package stepper

import (
	"errors"
	"fmt"
)

// restoreRest puts back whatever a failed command has left changed: every thread is
// held, and the book's changes that nobody needs are undone. A quiet phase that goes
// on is left as it is. What cannot be undone is tried again before the next command,
// and before the program is let go.
func (e *Engine) restoreRest() error {
	for _, tid := range e.target.Threads() {
		if e.target.Alive() && !e.target.Held(tid) {
			if err := errors.Join(e.drive.Hold(), e.unwatchAll()); err != nil {
				return err
			}
			break
		}
	}
	err := e.book.GiveBack()
	for th := range e.threads() {
		th.Fresh = false
		if th.quiet != nil && !e.book.Lifted(th.TID) {
			th.quiet, th.Lifted, th.RseqKnown = nil, nil, false
		}
	}
	return err
}

// restoreRestAfter is restoreRest for a command that ended in err: what could not be put back
// is told besides, and once.
func (e *Engine) restoreRestAfter(err error) error {
	if again := e.restoreRest(); again != nil && !isGone(again) {
		return errors.Join(err, fmt.Errorf("and the program is not as it was: %w", again))
	}
	return err
}
