package stepper

import (
	"testing"

	"rseqstep/table"
)

func TestAReportSumsUpEqualPassesAndKeepsTheLastUnits(t *testing.T) {
	var r report
	pass := func(start table.Addr, result Result) {
		r.unit(UnitReport{Start: start, End: start + 8, Result: result})
	}
	for range 3 {
		pass(0x100, Aborted)
	}
	pass(0x100, Committed)
	if len(r.units) != 2 || r.units[0].Passes != 3 || r.units[1].Passes != 1 {
		t.Errorf("three aborts and a commit are reported as %+v", r.units)
	}
	for i := range maxReport {
		pass(table.Addr(0x1000+0x10*i), Committed)
	}
	var stop Stop
	r.end(&stop)
	if len(stop.Units) != maxReport || stop.Dropped != 2 || stop.Units[0].Start != 0x1000 {
		t.Errorf("%d units and %d dropped are reported, the first at %v", len(stop.Units), stop.Dropped, stop.Units[0].Start)
	}
	r.begin()
	stop = Stop{Child: 7}
	r.child = 8
	if r.end(&stop); len(stop.Units) != 0 || stop.Dropped != 0 || stop.Child != 7 {
		t.Errorf("the next command reports %+v", stop)
	}
	if got := r.sections()[0x100]; got != (Counts{Passes: 4, Commits: 1, Aborts: 3}) {
		t.Errorf("the section's counts over all commands are %+v", got)
	}
}
