package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A line step steps its thread off a breakpoint at a system call, which blocks: a journey
// begins inside the step's own, and waits for the instruction's end. A signal handler that
// leaves the line ends both, whatever the inner one waits for.
func TestAnInnerJourneyEndsWhereTheOuterArrives(t *testing.T) {
	e, target := scripted(t, call)
	names := e.Symbols().(*steptest.Symbols)
	body := stepper.Range{Low: call, High: call + 5}
	names.Functions = append(names.Functions, stepper.Function{Name: "waits", Entry: call, Ranges: []stepper.Range{body}, HasLines: true})
	names.Rows = []steptest.Row{
		{Range: stepper.Range{Low: call, High: called}, Line: stepper.Line{File: "waits.c", Line: 1}},
		{Range: stepper.Range{Low: called, High: body.High}, Line: stepper.Line{File: "waits.c", Line: 2}},
	}
	if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{call}}); err != nil {
		t.Fatal(err)
	}
	target.Expect(
		steptest.Call{Name: "step 1", Do: steptest.Answer(tracee.Event{Kind: tracee.EventBlocked, TID: 1})},
		steptest.Call{Name: "wait", Do: steptest.Reach(1, called)},
	)
	stop, err := e.Next(t.Context(), 1)
	if err != nil || stop.Reason != stepper.StopStep || stop.PC != called {
		t.Errorf("%+v, %v", stop, err)
	}
	clean(t, target, 1)
}
