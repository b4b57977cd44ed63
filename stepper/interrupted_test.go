package stepper_test

import (
	"context"
	"slices"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
)

// A trap of an observer's to which the thread has come when its command is interrupted has not been met
// (tracee.Target.Hold forgets that it was): it is met by the next command, and by that alone.
func TestATrapAtAnInterruptIsMetByTheNextCommand(t *testing.T) {
	e, target := scripted(t, lea)
	n := &noting{passage: stepper.Passage{Stop: true}}
	if err := stepper.Observe(e, n).Plant(call); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	target.Expect(steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
		_, _ = steptest.Reach(1, call)(s)
		cancel()
		return tracee.Event{Kind: tracee.EventInterrupt, TID: 1}, nil
	}})
	if stop, err := e.Continue(ctx); err != nil || stop.Reason != stepper.StopInterrupt || stop.PC != call || len(n.notes) != 0 {
		t.Fatalf("%+v, %v, %q", stop, err, n.notes)
	}
	target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called)}, steptest.Call{Name: "wait", Do: steptest.Answer(ends)})
	for _, want := range [][]string{{"reached " + call.String()}, {"reached " + call.String(), "ended"}} {
		if stop, err := e.Continue(t.Context()); err != nil || !slices.Equal(n.notes, want) {
			t.Fatalf("%+v, %v, %q, want %q", stop, err, n.notes, want)
		}
	}
}
