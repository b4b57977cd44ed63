package stepper

import "context"

// Continue runs the program until it has ended, ctx has ended, or the observer stops it
// (Passage.Stop); the Stop says which. Nobody is at the keyboard: signals pass to the program, and
// nothing else stops it. A program that lives is held.
func (o Observation) Continue(ctx context.Context) (Stop, error) {
	for sig := 1; sig <= 64; sig++ {
		_ = o.e.signals.Set(sig, Disposition{Pass: true}) // these signals exist
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
