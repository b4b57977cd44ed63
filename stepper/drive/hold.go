package drive

import (
	"errors"
)

// Pause holds every thread in the middle of a move.
func (d *Driver) Pause() error {
	if !d.released || !d.target.Alive() {
		return nil
	}
	return d.Hold()
}

// Hold calls Target.Hold and marks the cached registers of all threads as stale.
func (d *Driver) Hold() error {
	err := d.target.Hold()
	d.departed = false
	if err == nil {
		d.released = false
	}
	d.moved()
	return err
}

// holdAfter holds every thread at the end of a move. It joins its error to err.
func (d *Driver) holdAfter(err error) error {
	if !d.target.Alive() || len(d.moves) > 0 {
		return err
	}
	return errors.Join(err, d.Pause())
}
