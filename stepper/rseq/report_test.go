package rseq_test

import (
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

func TestAReportSumsUpEqualPassesAndKeepsTheLastUnits(t *testing.T) {
	var r rseq.Report
	pass := func(start table.Addr, result rseq.Result) {
		r.Add(rseq.UnitReport{Start: start, End: start + 8, Result: result})
	}
	for range 3 {
		pass(0x100, rseq.Aborted)
	}
	pass(0x100, rseq.Committed)
	if len(r.Units) != 2 || r.Units[0].Passes != 3 || r.Units[1].Passes != 1 {
		t.Errorf("three aborts and a commit are reported as %+v", r.Units)
	}
	for i := range rseq.MaxUnits {
		pass(table.Addr(0x1000+0x10*i), rseq.Committed)
	}
	if len(r.Units) != rseq.MaxUnits || r.Dropped != 2 || r.Units[0].Start != 0x1000 {
		t.Errorf("%d units and %d dropped are reported, the first at %v", len(r.Units), r.Dropped, r.Units[0].Start)
	}
	if r.Begin(); len(r.Units) != 0 || r.Dropped != 0 {
		t.Errorf("the next command reports %+v", r)
	}
	if got := r.Counts()[0x100]; got != (rseq.Counts{Passes: 4, Commits: 1, Aborts: 3}) {
		t.Errorf("the section's counts over all commands are %+v", got)
	}
	if r.Forget(); len(r.Counts()) != 0 {
		t.Errorf("the next program has the counts %v", r.Counts())
	}
}
