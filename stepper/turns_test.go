package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest/modelled"
	"rseqstep/table"
)

// Threads that are at one breakpoint when the program resumes stop there in turn.
func TestThreadsAtOneBreakpointStopInTurns(t *testing.T) {
	seen := &modelled.Explored{States: map[uint64]bool{}, Events: map[string]int{}}
	w := modelled.NewCrowd(&modelled.Chooser{}, seen, 3, 100)
	e, err := w.Engine()
	if err != nil {
		t.Fatal(err)
	}
	b, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{modelled.At}})
	if err != nil {
		t.Fatal(err)
	}
	first := w.Threads()[0]
	stopped := map[int]int{}
	for range 30 {
		// As with threads that spin there: the user sets the breakpoint at their PC.
		if err := e.DeleteBreakpoint(b.Number); err != nil {
			t.Fatal(err)
		}
		for _, th := range w.Walkers() {
			if err := e.SelectThread(th.TID); err != nil {
				t.Fatal(err)
			}
			for n := 0; n == 0 || th.Regs.PC() != modelled.At; n++ {
				if _, err := e.StepInstruction(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := e.SelectThread(first); err != nil {
			t.Fatal(err)
		}
		if b, err = e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{modelled.At}}); err != nil {
			t.Fatal(err)
		}
		stop, err := e.Continue(t.Context())
		if err != nil || stop.Reason != stepper.StopBreakpoint {
			t.Fatalf("%+v, %v", stop, err)
		}
		stopped[stop.TID]++
	}
	for _, th := range w.Threads()[1:] {
		if stopped[th] < 8 {
			t.Errorf("of 30 stops, by thread: %v", stopped)
			break
		}
	}
}
