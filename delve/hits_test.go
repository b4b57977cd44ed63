package delve

import (
	"fmt"
	"testing"

	"github.com/go-delve/delve/service/api"

	"rseqstep/table/tabletest"
)

// breakpointHits counts the hits of a breakpoint that two goroutines meet 100
// times each, while Go's runtime preempts them by signals.
func breakpointHits(t *testing.T, w way) {
	for range tabletest.Rounds(t, 1, 20) {
		hits(t, w, func(d *dlv) *api.Breakpoint { return d.breakAt("main.count") })
	}
}

// watchpointHits counts the writes of one variable by two goroutines.
func watchpointHits(t *testing.T, w way) {
	for range tabletest.Rounds(t, 1, 20) {
		hits(t, w, func(d *dlv) *api.Breakpoint {
			d.breakAt("main.main")
			d.proceed()
			b, err := d.CreateWatchpoint(api.EvalScope{GoroutineID: -1}, "counted", api.WatchWrite)
			if err != nil {
				t.Fatal(err)
			}
			return b
		})
	}
}

// hits runs the program to its end, and fails unless what set has set was met 200
// times, each hit told of.
func hits(t *testing.T, w way, set func(d *dlv) *api.Breakpoint) {
	t.Helper()
	const goroutines, rounds = 2, 100
	d := w.start(t, "exec", program(t, "gohits"), "--", fmt.Sprint(goroutines), fmt.Sprint(rounds))
	b := set(d)
	told := 0
	state := d.proceed()
	for ; !state.Exited; state = d.proceed() {
		for _, th := range state.Threads {
			if th.Breakpoint != nil && th.Breakpoint.ID == b.ID {
				told++
			}
		}
	}
	b, err := d.GetBreakpoint(b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if b.TotalHitCount != goroutines*rounds || told != goroutines*rounds || state.ExitStatus != 0 {
		t.Errorf("%d hits, %d of them told of, not %d; status %d", b.TotalHitCount, told, goroutines*rounds, state.ExitStatus)
	}
	if err := d.Detach(true); err != nil {
		t.Fatal(err)
	}
	d.wait()
}

// Delve's own backend counts as many: the claim is Delve's, not ours alone.
func TestDelveItselfCountsEachHit(t *testing.T) {
	tabletest.NeedPtrace(t)
	w := way{name: "native", command: []string{tabletest.Dlv(t), "--backend=native"}}
	breakpointHits(t, w)
	watchpointHits(t, w)
}
