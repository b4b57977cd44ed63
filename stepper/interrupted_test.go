package stepper_test

import (
	"context"
	"slices"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A trap of an observer's to which the thread has come when its command is interrupted has not been met
// (tracee.Target.Hold forgets that it was): it is met by the next command, and by that alone.
func TestATrapAtAnInterruptIsMetByTheNextCommand(t *testing.T) {
	for name, c := range map[string]struct {
		at    table.Addr
		plant func(stepper.Observation, table.Addr) error
	}{
		"an observer's": {call, func(o stepper.Observation, a table.Addr) error { return o.Plant(a) }},
		"an aborter's":  {begin, func(o stepper.Observation, a table.Addr) error { return o.PlantInside(a) }},
	} {
		t.Run(name, func(t *testing.T) {
			a := &aborting{}
			e, target := scripted(t, lea)
			target.Forbidden = nil
			if err := c.plant(stepper.Observe(e, a), c.at); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			target.Expect(steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
				_, _ = steptest.Reach(1, c.at)(s)
				cancel()
				return tracee.Event{Kind: tracee.EventInterrupt, TID: 1}, nil
			}})
			if stop, err := e.Continue(ctx); err != nil || stop.Reason != stepper.StopInterrupt || stop.PC != c.at || a.met(c.at) != 0 {
				t.Fatalf("%+v, %v, met %d times", stop, err, a.met(c.at))
			}
			a.passage.Stop = true
			target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called)}, steptest.Call{Name: "wait", Do: steptest.Answer(ends)})
			for ended := false; !ended; {
				stop, err := e.Continue(t.Context())
				if ended = stop.Reason == stepper.StopExited; err != nil || a.met(c.at) != 1 {
					t.Fatalf("%+v, %v, met %d times", stop, err, a.met(c.at))
				}
			}
		})
	}
}

// met is how often a thread has met the trap there.
func (a *aborting) met(at table.Addr) int {
	reached := slices.DeleteFunc(slices.Clone(a.notes), func(n string) bool { return n != "reached "+at.String() })
	return len(reached) + len(a.held)
}
