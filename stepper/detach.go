package stepper

import (
	"errors"
	"fmt"
	"rseqstep/stepper/tracee"
)

// Kill ends the program. If that fails, the program stays held.
func (e *Engine) Kill() error {
	err := e.target.Kill()
	if !e.target.Alive() {
		e.drive.Ended(tracee.Event{Kind: tracee.EventProcessExit})
	}
	return err
}

// Detach detaches from the program and leaves it as the debugger found it. It delivers signals
// that the user has seen and that are to be passed. If it cannot detach, the program stays
// held; if it could only detach with changes left in the program that harm it, it kills the
// program.
func (e *Engine) Detach() error {
	err := e.restoreRestAfter(e.steps.Part())
	if lost := e.called.UndoAll(); lost != nil {
		return errors.Join(err, lost, errors.New("killed the program: a function called from the debugger has not returned, and the thread could not get back its registers from before the call"), e.Kill())
	}
	if err = errors.Join(err, e.uprootAll()); e.book.Outstanding() {
		err = e.restoreRestAfter(err)
	}
	if harm := e.book.Harm(); harm != nil && e.target.Alive() {
		return errors.Join(err, fmt.Errorf("killed the program: %w", harm), e.Kill())
	}
	for _, th := range e.drive.Threads() {
		if th.Deferred != 0 && e.target.Alive() && e.target.Held(th.TID) {
			e.drive.RestoreKept(th)
			failed := e.drive.Release(th, th.Deferred, tracee.Freely)
			if failed == nil {
				th.Deferred = 0
			}
			err = errors.Join(err, failed)
		}
	}
	err = errors.Join(err, e.sendOwed(), e.target.Detach())
	if !e.target.Alive() {
		e.drive.Ended(tracee.Event{Kind: tracee.EventProcessExit})
		return withoutGone(err)
	}
	return errors.Join(err, e.points.PlantAll())
}

// Rest undoes what commands keep for the next one (Policy.Linger). It costs the next step some
// 30 µs.
func (e *Engine) Rest() error {
	if e.units.Quiet.Any() {
		return nil // its section must commit on the current CPU
	}
	return e.unpin()
}

// unpin restores both affinities.
func (e *Engine) unpin() error { return e.book.Unpin() }
