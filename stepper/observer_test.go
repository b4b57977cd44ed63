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

// noting is an Observer that notes what it is told of.
type noting struct {
	notes   []string
	passage stepper.Passage // from its traps
	stop    bool            // at the next store
}

func (n *noting) note(what string) { n.notes = append(n.notes, what) }
func (n *noting) Loaded()          { n.note("loaded") }
func (n *noting) Runs(int) error   { return nil }
func (n *noting) Changed(ev tracee.Event) {
	if ev.EndsProcess() {
		n.note("ended")
	}
}

func (n *noting) Stored(_, slots int) (stepper.Passage, error) {
	n.note("stored")
	return stepper.Passage{Stop: n.stop}, nil
}

func (n *noting) Reached(_ int, at table.Addr) (stepper.Passage, error) {
	n.note("reached " + at.String())
	return n.passage, nil
}

// ends is the end of a scripted program.
var ends = tracee.Event{Kind: tracee.EventProcessExit, TID: 1}

// A store that the observer watches stops nothing, unless it wants that. A debug register of the
// user's that matched, too, is the user's.
func TestAnObservedStoreStopsNothing(t *testing.T) {
	e, target := scripted(t, lea)
	n := &noting{}
	o := stepper.Observe(e, n)
	slot, err := o.Watch(1, area, 8)
	if err != nil {
		t.Fatal(err)
	}
	hit := tracee.Event{Kind: tracee.EventDebug, TID: 1, Slot: slot, Slots: 1 << slot}
	target.Expect(steptest.Call{Name: "wait", Do: steptest.Answer(hit)}, steptest.Call{Name: "wait", Do: steptest.Answer(hit)}, steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
		n.stop = true
		return steptest.Answer(hit)(s)
	}})
	stop, err := e.Continue(t.Context())
	if want := []string{"stored", "stored", "stored"}; err != nil || stop.Reason != stepper.StopInterrupt || !slices.Equal(n.notes, want) {
		t.Errorf("%+v, %v, %q", stop, err, n.notes)
	}
	n.stop, n.notes = false, nil
	b, err := e.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.WatchAccess, Watch: data, WatchLength: 8})
	if err != nil {
		t.Fatal(err)
	}
	both := hit
	for users, d := range target.Thread(1).Debug {
		if d.Addr == data {
			both.Slots |= 1 << users
		}
	}
	target.Expect(steptest.Call{Name: "wait", Do: steptest.Answer(both)})
	stop, err = e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopWatchpoint || !slices.Equal(n.notes, []string{"stored"}) {
		t.Errorf("%+v, %v, %q", stop, err, n.notes)
	}
	if err := e.DeleteBreakpoint(b.Number); err != nil {
		t.Error(err)
	}
	if err := o.Unwatch(1, slot); err != nil {
		t.Error(err)
	}
	clean(t, target, 0)
}

// A thread goes on from the observer's trap as the observer wants: by one instruction alone, then
// to a place, and then with the others. The observer is asked behind each.
func TestAThreadPassesAnObserversTrapAsItWants(t *testing.T) {
	e, target := scripted(t, lea)
	n := &noting{}
	o := stepper.Observe(e, n)
	if err := o.Plant(call); err != nil {
		t.Fatal(err)
	}
	n.passage = stepper.Passage{One: true, Then: func(at table.Addr) (stepper.Passage, error) {
		n.note("then " + at.String())
		return stepper.Passage{Until: []table.Addr{called + 2}, SP: 0x6000, Then: func(at table.Addr) (stepper.Passage, error) {
			n.note("until " + at.String())
			return stepper.Passage{}, nil
		}}, nil
	}}
	target.Expect(
		steptest.Call{Name: "wait", Do: steptest.Reach(1, call)},
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called)},
		steptest.Call{Name: "run 1", Do: steptest.Reach(1, called+2)},
		steptest.Call{Name: "wait", Do: steptest.Answer(ends)},
	)
	stop, err := e.Continue(t.Context())
	want := []string{"reached " + call.String(), "then " + called.String(), "until " + (called + 2).String(), "ended"}
	if err != nil || stop.Reason != stepper.StopExited || !slices.Equal(n.notes, want) {
		t.Errorf("%+v, %v, %q, want %q", stop, err, n.notes, want)
	}
}

// A command that is interrupted while a thread goes on from an observer's trap ends when it has: the
// observer learns what it wants to know.
func TestAnInterruptWaitsForAPassage(t *testing.T) {
	e, target := scripted(t, lea)
	n := &noting{}
	if err := stepper.Observe(e, n).Plant(call); err != nil {
		t.Fatal(err)
	}
	n.passage = stepper.Passage{One: true, Then: func(at table.Addr) (stepper.Passage, error) {
		n.note("then " + at.String())
		return stepper.Passage{}, nil
	}}
	ctx, cancel := context.WithCancel(t.Context())
	interrupted := tracee.Event{Kind: tracee.EventInterrupt, TID: 1}
	target.Expect(
		steptest.Call{Name: "wait", Do: steptest.Reach(1, call)},
		steptest.Call{Name: "step 1", Do: func(s *steptest.Target) (tracee.Event, error) {
			cancel()
			return steptest.Answer(interrupted)(s)
		}},
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called)},
		steptest.Call{Name: "wait", Do: steptest.Answer(interrupted)},
	)
	stop, err := e.Continue(ctx)
	want := []string{"reached " + call.String(), "then " + called.String()}
	if err != nil || stop.Reason != stepper.StopInterrupt || !slices.Equal(n.notes, want) {
		t.Errorf("%+v, %v, %q, want %q", stop, err, n.notes, want)
	}
}

// An observer's traps and debug registers are not left in a program that the Engine detaches from.
func TestDetachingTakesWhatAnObserverLeftBehind(t *testing.T) {
	e, target := scripted(t, lea)
	o := stepper.Observe(e, &noting{})
	if err := o.Plant(call); err != nil {
		t.Fatal(err)
	}
	if _, err := o.BreakIn(1, called); err != nil {
		t.Fatal(err)
	}
	if err := o.Clear(); err != nil {
		t.Fatal(err)
	}
	clean(t, target, 0)
}
