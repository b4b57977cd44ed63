package stepper

import (
	"errors"
	"testing"
)

// An arrival is taken out of what went wrong on its way, and no more.
func TestAnArrivalLeavesOtherErrors(t *testing.T) {
	other := errors.New("other")
	for _, c := range []struct {
		err  error
		want bool // other is left
	}{
		{errArrivedOuter, false},
		{errors.Join(errArrivedOuter, nil), false},
		{errors.Join(errors.Join(errArrivedOuter), errArrivedOuter), false},
		{errors.Join(errors.Join(errArrivedOuter, other), nil), true},
		{other, true},
	} {
		got := withoutError(c.err, errArrivedOuter)
		if errors.Is(got, errArrivedOuter) || errors.Is(got, other) != c.want || (got != nil) != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}
