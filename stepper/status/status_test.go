package status_test

import (
	"testing"

	"rseqstep/stepper/status"
)

func TestFieldsOfAStatus(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want status.Status
	}{
		"filtered":                 {"Name:\tp\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n", status.Status{Seccomp: 2, Filters: 3}},
		"strict":                   {"Seccomp:\t1\nSeccomp_filters:\t0\n", status.Status{Seccomp: 1}},
		"before Linux 5.9":         {"Seccomp:\t2\nSpeculation_Store_Bypass:\tvulnerable\n", status.Status{Seccomp: 2}},
		"without seccomp":          {"Name:\tSeccomp\nState:\tR (running)\n", status.Status{}},
		"shadow stack":             {"x86_Thread_features:\tshstk wrss \nx86_Thread_features_locked:\t\n", status.Status{ShadowStack: true}},
		"shadow stack only locked": {"x86_Thread_features:\t\nx86_Thread_features_locked:\tshstk wrss \n", status.Status{}},
		"empty":                    {"", status.Status{}},
	} {
		if got := status.Parse([]byte(c.text)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestFiltersOfTheProgramsOwn(t *testing.T) {
	type s = status.Status
	for name, c := range map[string]struct {
		thread, own s
		ours        int
		want        bool
	}{
		"no seccomp":                          {s{}, s{}, 0, false},
		"one filter":                          {s{Seccomp: 2, Filters: 1}, s{}, 0, true},
		"a container's, of both":              {s{Seccomp: 2, Filters: 2}, s{Seccomp: 2, Filters: 2}, 0, false},
		"one beside a container's":            {s{Seccomp: 2, Filters: 3}, s{Seccomp: 2, Filters: 2}, 0, true},
		"the debugger's":                      {s{Seccomp: 2, Filters: 1}, s{}, 1, false},
		"one beside the debugger's":           {s{Seccomp: 2, Filters: 2}, s{}, 1, true},
		"strict mode":                         {s{Seccomp: 1}, s{}, 0, true},
		"an unknown number, debugger without": {s{Seccomp: 2}, s{}, 0, true},
		"an unknown number, debugger with":    {s{Seccomp: 2}, s{Seccomp: 2}, 0, false},
	} {
		if got := c.thread.Filtered(c.own, c.ours); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The kernel's own file has the fields under these names.
func TestStatusOfThisThread(t *testing.T) {
	if got := status.Own(); got.Seccomp < 0 || got.Seccomp > 2 || got.Filtered(got, 0) {
		t.Errorf("%+v", got)
	}
	if got := status.Of(0); got != (status.Status{}) {
		t.Errorf("of no thread: %+v", got)
	}
}
