package stepper_test

import (
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// callTrials are journeys on which the user calls a function of calls.c, which afterwards checks
// that nothing of its own has changed.
func callTrials() map[string]trial {
	fixture := tabletest.Fixture{Source: "calls.c", Shape: tabletest.NoPIE}
	middle := func(f *faulty) {
		a, ok := f.Symbols().Address("in_the_middle")
		if !ok {
			f.t.Fatal("no label in_the_middle")
		}
		f.onceAt(a)
	}
	calls := func(f *faulty) (stepper.Stop, error) {
		const argument = 7
		room, err := f.CallRoom()
		if err != nil {
			return stepper.Stop{}, err
		}
		a, _ := f.Symbols().Address("uchar")
		stop, back, err := f.Call(f.ctx, stepper.Call{Function: a, SP: room - 8, Integers: [8]uint64{argument}})
		if err == nil && f.process.Alive() && (back == nil || back.Integers[0] != argument) {
			err = fmt.Errorf("it returned %+v (%s)", back, f.describe(stop))
		}
		return stop, err
	}
	return map[string]trial{
		"call": {fixture: fixture, begin: middle, journey: calls},
		"call, with a signal to be delivered": {fixture: fixture, journey: calls, begin: func(f *faulty) {
			middle(f)
			const winch = 28 // ignored by default
			if err := f.PassSignal(f.Thread(), winch); err != nil {
				f.t.Fatal(err)
			}
		}},
	}
}

// Whatever request fails while the user calls a function: the command returns the error, and the
// thread is as it was before the call.
func TestEveryRequestMayFailInACall(t *testing.T) {
	trials := callTrials()
	for _, name := range tabletest.SomeKeys(t, 2, trials) {
		tr := trials[name]
		t.Run(name, func(t *testing.T) { tr.every(t) })
	}
}
