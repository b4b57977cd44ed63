package stepper_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
)

// A breakpoint that remains inserted would end the program after detaching: the Engine tries
// again to remove it, and kills the program if that fails, too. When the Engine calls the
// Target's Detach, the program has no breakpoint.
func TestAProgramIsLetGoWithoutBreakpointsOrKilled(t *testing.T) {
	broken := errors.New("broken")
	for _, tc := range []struct {
		name   string
		fails  map[string][]error
		killed bool
		held   bool // detaching itself fails
	}{
		{"nothing fails", nil, false, false},
		{"removed at the second attempt", map[string][]error{"remove " + called.String(): {broken}}, false, false},
		{"not removed", map[string][]error{"remove " + called.String(): {broken, broken}}, true, false},
		{"debug register not freed", map[string][]error{"debug 0 0 0x0": {broken, broken}}, true, false},
		{"not detached", map[string][]error{"detach": {broken}}, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, target := scripted(t, lea)
			for _, s := range []stepper.BreakpointSpec{
				{Addrs: []table.Addr{called}},
				{Addrs: []table.Addr{begin}}, // inside the section: at its arming store
				{Kind: stepper.BreakHardware, Addrs: []table.Addr{commit}},
			} {
				if _, err := e.AddBreakpoint(s); err != nil {
					t.Fatal(err)
				}
			}
			planted := target.Planted()
			for call, errs := range tc.fails {
				target.Fail[call] = errs
			}
			err := e.Detach()
			if (err != nil) != (tc.fails != nil) || err != nil && !errors.Is(err, broken) {
				t.Errorf("the error is %v", err)
			}
			if killed := target.Logged("kill") > 0; killed != tc.killed || killed != strings.Contains(fmt.Sprint(err), "killed the program") {
				t.Errorf("killed: %v, and the error is %v", killed, err)
			}
			if tc.held != target.Alive() {
				t.Errorf("alive: %v", target.Alive())
			}
			switch {
			case tc.held:
				if got := target.Planted(); !slices.Equal(got, planted) || target.Thread(1).Traps() != 1 {
					t.Errorf("the program is not held as before: %v, were %v", got, planted)
				}
				if err := e.Detach(); err != nil {
					t.Errorf("the second attempt: %v", err)
				}
			case !tc.killed && (len(target.Planted()) > 0 || target.Thread(1).Traps() > 0):
				t.Errorf("let go with breakpoints at %v", target.Planted())
			}
		})
	}
}

// A process that is killed while the debugger detaches is no failure of detaching: what its end made
// fail is not reported, anything else is.
func TestTheEndOfAProcessIsNoErrorOfDetach(t *testing.T) {
	broken := errors.New("broken")
	gone := fmt.Errorf("write memory: %w", syscall.ESRCH)
	for name, c := range map[string]struct {
		fails []error
		want  error
	}{
		"its end":            {[]error{gone}, nil},
		"and something else": {[]error{errors.Join(gone, broken)}, broken},
	} {
		e, target := scripted(t, lea)
		if _, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{called}}); err != nil {
			t.Fatal(err)
		}
		target.Fail["remove "+called.String()] = c.fails
		if err := e.Detach(); !errors.Is(err, c.want) || errors.Is(err, syscall.ESRCH) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
