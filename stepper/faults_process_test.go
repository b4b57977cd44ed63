package stepper_test

import (
	"context"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// processTrials are journeys on which the program forks or executes another one, or the
// debugger kills it.
func processTrials() map[string]trial {
	toMain := func(f *faulty) { f.runTo("main") }
	forks := func(f *faulty) {
		f.wantExit(0)
		f.wantPrinted("forked 5 vforked 6 v 1\n")
	}
	execs := func(f *faulty) {
		f.wantExit(0)
		f.wantPrinted("executed\n")
	}
	return map[string]trial{
		"fork, next": {fixture: fixed("fork.c"), begin: toMain, end: forks,
			journey: func(f *faulty) (stepper.Stop, error) { return f.Next(f.ctx, 8) }},
		"fork, step": {fixture: fixed("fork.c"), begin: toMain, end: forks,
			journey: func(f *faulty) (stepper.Stop, error) { return f.Step(f.ctx, 5) }},
		"fork, caught": {fixture: fixed("fork.c"), begin: toMain, end: forks,
			journey: func(f *faulty) (stepper.Stop, error) {
				return f.with(stepper.BreakpointSpec{Kind: stepper.CatchFork}, func(ctx context.Context) (stepper.Stop, error) {
					if stop, err := f.Continue(ctx); err != nil || stop.Reason != stepper.StopFork {
						return stop, err
					}
					return f.Continue(ctx)
				})
			}},
		"fork, the child": {fixture: fixed("fork.c"), replace: true,
			begin: func(f *faulty) { toMain(f); f.Policy().FollowFork = stepper.FollowChild },
			end:   func(f *faulty) { f.wantExit(5) },
			journey: func(f *faulty) (stepper.Stop, error) {
				return f.with(stepper.BreakpointSpec{Location: "child"}, f.Continue)
			}},
		"exec": {fixture: fixed("exec.c"), begin: toMain, end: execs, replace: true,
			journey: func(f *faulty) (stepper.Stop, error) {
				return f.with(stepper.BreakpointSpec{Location: "main"}, f.Continue)
			}},
		"exec, caught": {fixture: fixed("exec.c"), begin: toMain, end: execs, replace: true,
			journey: func(f *faulty) (stepper.Stop, error) {
				return f.with(stepper.BreakpointSpec{Kind: stepper.CatchExec}, f.Continue)
			}},
		"kill": {fixture: fixed("units.c"), begin: func(f *faulty) { toMain(f); f.enter() }, killed: true,
			journey: func(f *faulty) (stepper.Stop, error) { return stepper.Stop{}, f.Kill() }},
	}
}

// Whatever request fails while the program forks, executes another program or is killed: the
// command returns the error, and what is left of the program ends correctly.
func TestEveryRequestMayFailWhileProcessesComeAndGo(t *testing.T) {
	trials := processTrials()
	for _, name := range tabletest.SomeKeys(t, 3, trials) {
		tr := trials[name]
		t.Run(name, func(t *testing.T) { tr.every(t) })
	}
}
