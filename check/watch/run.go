package watch

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper"
)

// Run runs a program until it has ended, ctx has ended, or at the first finding (Limits.Stop): stop
// says which. Signals pass to the program unseen by the user. A program that lives is held.
func (w *Watch) Run(ctx context.Context) (stop stepper.Stop, err error) {
	quietly(w.engine.Signals())
	p := w.engine.Policy()
	p.StuckTime, p.Pin = 0, false // no thread is stepped for a user
	for {
		stop, err = w.engine.Continue(ctx)
		switch {
		case err != nil:
			return stop, err
		case stop.Reason == stepper.StopExited, stop.Reason == stepper.StopKilled, stop.Reason == stepper.StopInterrupt:
			return stop, nil
		}
	}
}

// quietly makes every signal pass to the program without a stop.
func quietly(t *stepper.SignalTable) {
	for sig := 1; sig <= 64; sig++ {
		_ = t.Set(sig, stepper.Disposition{Pass: true}) // these signals exist
	}
}

// Finish ends the watch and detaches from the program, or notes that it has ended.
func (w *Watch) Finish() (*Seen, error) {
	seen, err := w.End()
	if w.engine.Target().Alive() {
		if failed := w.engine.Detach(); failed != nil {
			err = errors.Join(err, fmt.Errorf("cannot detach: %w", failed))
		}
	}
	return seen, err
}
