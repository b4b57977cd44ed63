package exercise

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rseqstep/stepper"
)

// Run runs the program until it has ended or ctx has ended. Signals pass to the program. A program
// that lives is held.
func (x *Exercise) Run(ctx context.Context) error {
	began := time.Now()
	defer func() { x.run.Time = time.Since(began) }()
	for {
		if x.storm == nil {
			return x.watch(ctx)
		}
		if done, err := x.more(ctx); done {
			return err
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
