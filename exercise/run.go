package exercise

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper"
)

// Run runs the program until it has ended or ctx has ended. Signals pass to the program. A program
// that lives is held.
func (x *Exercise) Run(ctx context.Context) error {
	signals := x.engine.Signals()
	for sig := 1; sig <= 64; sig++ {
		_ = signals.Set(sig, stepper.Disposition{Pass: true}) // these signals exist
	}
	p := x.engine.Policy()
	p.StuckTime, p.Pin = 0, false // no thread is stepped for a user
	for {
		var stop stepper.Stop
		var err error
		if x.storm == nil {
			stop, err = x.engine.Continue(ctx)
		} else {
			var done bool
			if stop, done, err = x.more(ctx); !done {
				continue
			}
		}
		switch {
		case err != nil:
			return err
		case stop.Reason == stepper.StopExited, stop.Reason == stepper.StopKilled, stop.Reason == stepper.StopInterrupt:
			return nil
		}
	}
}

// Finish removes every breakpoint of the exercise and detaches from a program that lives, or kills
// it, and returns what happened.
func (x *Exercise) Finish(kill bool) (*Run, error) {
	var err error
	if x.engine.Target().Alive() {
		err = x.o.Clear()
	}
	stepper.Observe(x.engine, nil)
	if !x.engine.Target().Alive() {
		return &x.run, err
	}
	part, what := x.engine.Detach, "detach"
	if kill {
		part, what = x.engine.Kill, "kill the program"
	}
	if failed := part(); failed != nil {
		err = errors.Join(err, fmt.Errorf("cannot %s: %w", what, failed))
	}
	return &x.run, err
}
