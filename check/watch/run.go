package watch

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper"
)

// Run runs a program until it has ended, ctx has ended, or at the first finding (Limits.Stop): stop
// says which. Signals pass to the program unseen by the user. A program that lives is held.
func (w *Watch) Run(ctx context.Context) (stop stepper.Stop, err error) { return w.o.Continue(ctx) }

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
