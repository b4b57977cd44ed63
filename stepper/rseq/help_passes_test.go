package rseq_test

import (
	"testing"

	"rseqstep/stepper/rseq"
)

// TestTheHelpThatAPassGets: the pass that would be the limit-th without a commit begins as a unit,
// and the next rung follows when a vector cannot be made.
func TestTheHelpThatAPassGets(t *testing.T) {
	for _, c := range []struct {
		name    string
		n       *rseq.Passes
		limit   int
		catches bool
		help    rseq.Help
		injects bool
	}{
		{"no pass yet", nil, 3, false, 0, false},
		{"too few", &rseq.Passes{Aborts: 1}, 3, false, rseq.HelpVector, false},
		{"one before the limit", &rseq.Passes{Aborts: 2}, 3, true, rseq.HelpVector, false},
		{"at the limit", &rseq.Passes{Aborts: 3}, 3, true, rseq.HelpVector, true},
		{"side exits", &rseq.Passes{Sides: 9}, 3, false, rseq.HelpVector, false},
		{"a limit of one: the first must be seen", &rseq.Passes{Aborts: 1}, 1, true, rseq.HelpVector, true},
		{"not before the first", &rseq.Passes{}, 1, false, rseq.HelpVector, false},
		{"a limit of none is one", &rseq.Passes{Aborts: 1}, 0, true, rseq.HelpVector, true},
		{"without a vector", &rseq.Passes{Aborts: 3, Vectorless: true}, 3, true, rseq.HelpQuiet, true},
		{"quiet phases in vain", &rseq.Passes{Aborts: 3, Vectorless: true, Quiets: 3}, 3, true, rseq.HelpNone, true},
		{"nothing helps", &rseq.Passes{Aborts: 9, Vectorless: true, Helpless: true}, 3, false, rseq.HelpQuiet, true},
	} {
		if got := c.n.Catches(c.limit); got != c.catches {
			t.Errorf("%s: catches %v", c.name, got)
		}
		if c.n == nil {
			continue
		}
		if got := c.n.Help(c.limit); got != c.help {
			t.Errorf("%s: help %d, not %d", c.name, got, c.help)
		}
		if got := c.n.Injects(c.limit); got != c.injects {
			t.Errorf("%s: injects %v", c.name, got)
		}
	}
}

// TestAVectorThatFailsIsTriedAgain: a few times.
func TestAVectorThatFailsIsTriedAgain(t *testing.T) {
	n := &rseq.Passes{Aborts: 3}
	for try := 1; !n.Vectorless; try++ {
		if n.Refuse(); try > 10 {
			t.Fatal("it is tried for ever")
		}
	}
	if n.Refused < 2 {
		t.Errorf("given up after %d", n.Refused)
	}
}
