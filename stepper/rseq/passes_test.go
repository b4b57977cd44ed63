package rseq_test

import (
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// TestTheRungThatPassesEarn: for passes in a row, with a limit of three.
func TestTheRungThatPassesEarn(t *testing.T) {
	const a, s, c = rseq.Aborted, rseq.SideExit, rseq.Committed
	for _, d := range []struct {
		name   string
		passes []rseq.Result
		quiets int
		limit  int
		want   rseq.Rung
	}{
		{"none", nil, 0, 3, rseq.RungRun},
		{"too few", []rseq.Result{a, s}, 0, 3, rseq.RungRun},
		{"aborts", []rseq.Result{a, a, a}, 0, 3, rseq.RungOpv},
		{"restarts are aborts", []rseq.Result{a, rseq.Restarts, a}, 0, 3, rseq.RungOpv},
		{"side exits", []rseq.Result{s, s, s}, 0, 3, rseq.RungQuiet},
		{"of both", []rseq.Result{a, s, a}, 0, 3, rseq.RungQuiet},
		{"quiet phases in vain", []rseq.Result{a, a, a}, 3, 3, rseq.RungEscape},
		{"too few of those", []rseq.Result{s, s, s}, 2, 3, rseq.RungQuiet},
		{"a commit", []rseq.Result{a, a, a, c}, 0, 3, rseq.RungRun},
		{"after a commit", []rseq.Result{a, a, c, a}, 0, 3, rseq.RungRun},
		{"a limit of none is one", []rseq.Result{a}, 0, 0, rseq.RungOpv},
		{"and not before the first", nil, 0, 0, rseq.RungRun},
		{"what is no pass", []rseq.Result{rseq.Diverted, rseq.Returned, rseq.Diverted}, 0, 3, rseq.RungRun},
	} {
		const at, other = table.Addr(0x1000), table.Addr(0x2000)
		var h rseq.History
		for _, r := range d.passes {
			h.Count(at, r)
			h.Count(other, c)
		}
		if d.quiets > 0 {
			h.Of(at).Quiets = d.quiets
		}
		n := h[at]
		if got := n.Rung(d.limit); got != d.want {
			t.Errorf("%s: rung %d, not %d", d.name, got, d.want)
		}
		if stuck := n.Stuck(d.limit); stuck != (d.want != rseq.RungRun) {
			t.Errorf("%s: stuck: %v", d.name, stuck)
		}
		if h[other] != nil {
			t.Errorf("%s: counted for another section, too", d.name)
		}
	}
}

// TestCountsOfASection: a result increments its own count only.
func TestCountsOfASection(t *testing.T) {
	var n rseq.Counts
	for _, r := range []rseq.Result{rseq.Committed, rseq.Aborted, rseq.Restarts, rseq.SideExit, rseq.Diverted} {
		n.Count(r)
	}
	if n != (rseq.Counts{Passes: 5, Commits: 1, Aborts: 2, SideExits: 1}) {
		t.Errorf("%+v", n)
	}
}
