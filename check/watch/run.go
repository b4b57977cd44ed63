package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rseqstep/stepper"
)

// longRound is how long a round of the threads' fourth debug registers lasts at most.
const longRound = 10 * time.Second

// Run runs a program until it has ended, ctx has ended, or at the first finding (Limits.Stop): stop
// says which. Signals pass to the program unseen by the user. A program that lives is held.
func (w *Watch) Run(ctx context.Context) (stop stepper.Stop, err error) {
	w.halted = false
	for lasts := w.limits.Round; ; {
		round, cancel := context.WithCancel(ctx)
		w.timer = time.AfterFunc(lasts, cancel)
		stop, err = w.o.Continue(round)
		w.timer.Stop()
		over := round.Err() != nil
		cancel()
		if err != nil || stop.Reason != stepper.StopInterrupt || ctx.Err() != nil || !over && !w.pause {
			return stop, err
		}
		w.pause = false
		if w.settle(); w.stops() {
			return stop, nil
		}
		if !over {
			continue // in the same round
		}
		if lasts = max(lasts, min(2*lasts, longRound)); w.hurry {
			lasts, w.hurry = w.limits.Round, false
		}
		w.nextRound()
	}
}

// maxRestarts is how often the rounds begin anew: a program may create threads all the time.
const maxRestarts = 32

// restart begins the rounds anew, with a short one: the program has loaded a library, or a thread has
// registered.
func (w *Watch) restart() {
	if w.timer == nil || w.restarts == maxRestarts {
		return
	}
	w.restarts++
	w.hurry = true
	w.timer.Reset(w.limits.Round)
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
