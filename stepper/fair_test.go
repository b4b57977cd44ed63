package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A thread that has reached its way out while another thread hit a breakpoint there has
// arrived. If it were resumed to hit the breakpoint itself, wait4 might never report it: gdb's
// next in one of 200 threads in nanosleep(2) did not end.
func TestAThreadThatArrivesBehindAnotherOnesBreakpointHasArrived(t *testing.T) {
	const out = called + 1
	e, target := scripted(t, called, &steptest.Thread{TID: 2})
	target.Expect(
		steptest.Call{Name: "run 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
		steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
			s.Thread(1).Regs.W[amd64.RIP] = uint64(out)
			return steptest.Reach(2, out)(s)
		}},
	)
	stop, err := e.StepRange(t.Context(), called, out)
	if err != nil || stop.Reason != stepper.StopStep || stop.TID != 1 || stop.PC != out {
		t.Errorf("%+v, %v", stop, err)
	}
	clean(t, target, 0)
}

// If several threads reach a breakpoint at once, each is reported once before any of them runs
// to the breakpoint again.
func TestThreadsAtOneBreakpointTakeTurns(t *testing.T) {
	e, target := scripted(t, lea, &steptest.Thread{TID: 2}, &steptest.Thread{TID: 3})
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{called}}); err != nil {
		t.Fatal(err)
	}
	target.Expect(
		steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
			s.Thread(2).Regs.W[amd64.RIP] = uint64(called)
			return steptest.Reach(3, called)(s)
		}},
	)
	stop, err := e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopBreakpoint || stop.TID != 3 {
		t.Fatalf("%+v, %v", stop, err)
	}
	resumed := target.Logged("resume 3")
	if stop, err = e.Continue(t.Context()); err != nil || stop.Reason != stepper.StopBreakpoint || stop.TID != 2 {
		t.Errorf("%+v, %v", stop, err)
	}
	if target.Logged("resume 3") != resumed {
		t.Errorf("thread 3 ran before thread 2 was told: %q", target.Log)
	}
}

// A thread whose step off a breakpoint takes long may be held, because of another thread, before it
// has executed the instruction: it has not come to the breakpoint anew.
func TestAThreadThatIsHeldInAStepOffItsBreakpointDoesNotHitItAgain(t *testing.T) {
	e, target := scripted(t, called, &steptest.Thread{TID: 2})
	for at, ignore := range map[table.Addr]int{called: 0, called + 1: 1} {
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{at}, Ignore: ignore}); err != nil {
			t.Fatal(err)
		}
	}
	target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
		steptest.Call{Name: "wait", Do: steptest.Reach(2, called+1)}, // the engine holds thread 1, too, where it stands
		steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called+2)},
		steptest.Call{Name: "step 2", Do: steptest.Stepped(2, called+2)},
		steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 1, Signal: 11})},
	)
	stop, err := e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopSignal {
		t.Errorf("%+v, %v: %q", stop, err, target.Log)
	}
	clean(t, target, 2)
}

// The trap that is inserted again meanwhile is no hit either, and an end of the command that another
// thread brings about leaves the thread to step off its breakpoint by the next one.
func TestAStepOffABreakpointThatTakesLongIsNoHit(t *testing.T) {
	for _, hits := range []bool{true, false} {
		e, target := scripted(t, called, &steptest.Thread{TID: 2})
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{called}}); err != nil {
			t.Fatal(err)
		}
		target.Expect(steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})})
		if hits {
			target.Expect(steptest.Call{Name: "wait", Do: steptest.Reach(1, called)})
		} else {
			target.Expect(steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 2, Signal: 11})})
		}
		target.Expect(
			steptest.Call{Name: "step 1", Do: steptest.Stepped(1, called+2)},
			steptest.Call{Name: "wait", Do: steptest.Answer(tracee.Event{Kind: tracee.EventSignal, TID: 1, Signal: 11})},
		)
		stop, err := e.Continue(t.Context())
		if !hits && err == nil && stop.Reason == stepper.StopSignal && stop.TID == 2 {
			stop, err = e.Continue(t.Context())
		}
		if err != nil || stop.Reason != stepper.StopSignal || stop.TID != 1 {
			t.Errorf("hits %v: %+v, %v: %q", hits, stop, err, target.Log)
		}
		clean(t, target, 1)
	}
}
