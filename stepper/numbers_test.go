package stepper_test

import (
	"maps"
	"testing"

	"rseqstep/stepper/steptest"
)

// Each stop shows a thread's number and how many there are. Numbers has them without the registers
// and the names of all the others.
func TestNumbersAreThoseOfTheListedThreads(t *testing.T) {
	e, _ := scripted(t, lea, &steptest.Thread{TID: 9}, &steptest.Thread{TID: 7, Dying: true})
	want := map[int]int{}
	for _, th := range e.Threads() {
		want[th.TID] = th.Number
	}
	if got := e.Numbers(); len(got) < 2 || !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
