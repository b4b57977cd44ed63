package stepper_test

import (
	"context"
	"runtime"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest"
	"rseqstep/table/tabletest"
)

// commands are all commands that move the program, each with arguments that are valid at any
// place.
func commands(e *stepper.Engine) map[string]func(context.Context) (stepper.Stop, error) {
	n := func(do func(context.Context, int) (stepper.Stop, error)) func(context.Context) (stepper.Stop, error) {
		return func(ctx context.Context) (stepper.Stop, error) { return do(ctx, 1) }
	}
	return map[string]func(context.Context) (stepper.Stop, error){
		"Continue": e.Continue, "ContinueOver": e.ContinueOver, "Opv": e.Opv, "StepAlone": e.StepAlone,
		"StepForClient": e.StepForClient, "Until": e.Until,
		"Step": n(e.Step), "Next": n(e.Next), "StepInstruction": n(e.StepInstruction), "NextInstruction": n(e.NextInstruction),
		"StepInside": n(e.StepInside), "Finish": n(e.Finish), "AbortAt": n(e.AbortAt),
		"StepInlined": func(ctx context.Context) (stepper.Stop, error) { return e.StepInlined(ctx, commit) },
		"StepRange":   func(ctx context.Context) (stepper.Stop, error) { return e.StepRange(ctx, commit, commit+2) },
		"Advance": func(ctx context.Context) (stepper.Stop, error) {
			return e.Advance(ctx, []stepper.Place{{Addr: sideA}})
		},
		"Call": func(ctx context.Context) (stepper.Stop, error) {
			stop, _, err := e.Call(ctx, stepper.Call{Function: call})
			return stop, err
		},
	}
}

// The scripted target refuses every motion that it does not expect.
func TestACommandWhoseContextHasEndedMovesNothing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	e, target := scripted(t, commit, &steptest.Thread{TID: 2})
	for name, command := range commands(e) {
		stop, err := command(ended)
		if err != nil || stop.Reason != stepper.StopInterrupt || stop.TID != 1 || stop.PC != commit {
			t.Errorf("%s: %+v, %v", name, stop, err)
		}
	}
	target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, commit+2)})
	if stop, err := e.StepInstruction(t.Context(), 1); err != nil || stop.Reason != stepper.StopStep || stop.PC != commit+2 {
		t.Errorf("afterwards: %+v, %v", stop, err)
	}
}

// The next command still hits a breakpoint to which the user has set the thread's PC.
func TestACommandWhoseContextHasEndedIsNoStopThatWasSeen(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	p := launch(t, tabletest.Fixture{Source: "standing.c"})
	p.runTo("main")
	b := p.add(stepper.BreakpointSpec{Location: lineIn(t, "standing.c", "n += 8;")})
	r, err := p.Regs(p.Thread())
	if err != nil {
		t.Fatal(err)
	}
	r.SetPC(b.Places[0].Addr)
	if err := p.SetRegs(p.Thread(), r); err != nil {
		t.Fatal(err)
	}
	stop, err := p.Continue(ended)
	if err != nil || stop.Reason != stepper.StopInterrupt || stop.PC != b.Places[0].Addr || b.Hits != 0 {
		t.Fatalf("%s, %v, %d hits", p.describe(stop), err, b.Hits)
	}
	if stop := p.cont(); stop.Reason != stepper.StopBreakpoint || stop.PC != b.Places[0].Addr || b.Hits != 1 {
		t.Errorf("%s, %d hits", p.describe(stop), b.Hits)
	}
}

// A context that ends together with its command stops that command or none: the next command
// ignores the wake-up.
func TestAContextThatEndsWithItsCommandStopsNoOther(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, "1000000000")
	p.runTo("units.c:14")
	begun := make(chan context.CancelFunc)
	defer close(begun)
	go func() {
		n := 0
		for interrupt := range begun {
			for range n * 20 { // later each time
				runtime.Gosched()
			}
			n++
			interrupt()
		}
	}()
	stops := map[stepper.Reason]int{}
	for range 200 {
		ctx, interrupt := context.WithCancel(p.ctx)
		begun <- interrupt
		stop, err := p.StepInstruction(ctx, 3)
		if err != nil || stop.Reason != stepper.StopStep && stop.Reason != stepper.StopInterrupt {
			t.Fatalf("%s, %v", p.describe(stop), err)
		}
		stops[stop.Reason]++
		p.wantReason(p.stepi(3), stepper.StopStep)
		p.wantReason(p.next(), stepper.StopStep)
	}
	t.Logf("stops by reason: %v", stops)
}
