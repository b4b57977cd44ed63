package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// Unreadable memory has no value yet: the first write to it is a change, and unmapping it is
// none.
func TestMemoryThatCannotBeReadYetIsWatched(t *testing.T) {
	const place = 0x10000000
	p := start(t, tabletest.Fixture{Source: "later.c"})
	b := p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "place", Watch: place, WatchLength: 8})
	for _, want := range []struct{ old, new string }{{"", "\x05\x00\x00\x00\x00\x00\x00\x00"}, {"\x05\x00\x00\x00\x00\x00\x00\x00", "\x06\x00\x00\x00\x00\x00\x00\x00"}} {
		stop := p.cont()
		p.wantReason(stop, stepper.StopWatchpoint)
		if len(stop.Watch) != 1 || string(stop.Watch[0].Old) != want.old || string(stop.Watch[0].New) != want.new {
			t.Errorf("%+v, not %q to %q", stop.Watch, want.old, want.new)
		}
	}
	p.wantExit(0)
	if b.Hits != 2 {
		t.Errorf("met %d times", b.Hits)
	}
}

// At our own prompt a write that changes nothing does not stop, as in gdb; for a client that
// decides itself, every write stops.
func TestAWriteThatChangesNothingCountsForClientsAlone(t *testing.T) {
	for each, want := range map[bool]int{false: 3, true: 4} {
		p := start(t, tabletest.Fixture{Source: "watch.c"})
		p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "watched", Watch: p.address("watched"), WatchLength: 4, EachWrite: each})
		stops := 0
		stop := p.cont()
		for ; stop.Reason == stepper.StopWatchpoint; stop = p.cont() {
			stops++
		}
		p.wantReason(stop, stepper.StopExited)
		if stops != want {
			t.Errorf("EachWrite %v: %d stops, not %d", each, stops, want)
		}
	}
}
