package session

import "rseqstep/stepper"

// fatal returns the signal of a stop if the program would die of it when resumed;
// otherwise 0.
func (s *Session) fatal(stop *stepper.Stop) int {
	if stop.Reason != stepper.StopSignal || !s.process.engine.Signals().Of(stop.Signal).Pass {
		return 0
	}
	if s.process.live == nil || !s.process.live.Fatal(stop.TID, stop.Signal) {
		return 0
	}
	return stop.Signal
}
