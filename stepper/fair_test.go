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
