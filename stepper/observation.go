package stepper

import (
	"context"

	"rseqstep/stepper/observe"
)

// What observes a program, for clients of the Engine.
type (
	Observer = observe.Observer
	Aborter  = observe.Aborter
	Passage  = observe.Passage
)

// Observation gives an Observer access to the program of an Engine.
type Observation struct {
	observe.Observation
	e *Engine
}

// Observe makes o the Engine's observer, nil for none. The caller then calls o.Loaded, and before
// it detaches, Observation.Clear.
func Observe(e *Engine, o Observer) Observation {
	return Observation{e.mind.observed.Observe(o), e}
}

// Continue runs the program until it has ended, ctx has ended, or the observer stops it
// (Passage.Stop); the Stop says which. Nobody is at the keyboard: signals pass to the program, and
// nothing else stops it. A program that lives is held.
func (o Observation) Continue(ctx context.Context) (Stop, error) {
	for sig := 1; sig <= 64; sig++ {
		_ = o.e.mind.signals.Set(sig, Disposition{Pass: true}) // these signals exist
	}
	o.e.policy.StuckTime, o.e.policy.Pin = 0, false // no thread is stepped for a user
	for {
		stop, err := o.e.Continue(ctx)
		if err != nil {
			return stop, err
		}
		switch stop.Reason {
		case StopExited, StopKilled, StopInterrupt:
			return stop, nil
		}
	}
}
