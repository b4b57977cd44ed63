package watch_test

import (
	"testing"

	"rseqstep/table/tabletest"
)

// A hundred threads that write all the time are all found, and counted up to a limit. A thread that
// begins when the C library's trap is out of the program already is watched from its birth.
func TestEachOfManyThreadsIsWatched(t *testing.T) {
	seen := launch(t, tabletest.Build(t, tabletest.Fixture{Source: "watch/crowd.c", Opt: "-O2"}), "100", "100000").run(0)
	r := judged(seen)
	if len(seen.Stores) != 1 || len(seen.Stores[0].Threads) != 100 || !seen.Stores[0].AtLeast || seen.Stores[0].Count > 100*1000 {
		t.Errorf("%+v\n%s", seen.Stores, text(t, r))
	}
	if len(seen.Calls) != 2 || !seen.Calls[1].AtLeast {
		t.Errorf("%+v", seen.Calls)
	}
}
