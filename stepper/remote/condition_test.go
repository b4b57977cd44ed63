package remote

import (
	"testing"

	"rseqstep/table/tabletest"
)

func counter(t *testing.T) string {
	return tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}})
}

// keptSafe is what the user is told before the program runs on.
const keptSafe = "lies inside the critical section compare_and_store"

// gdb alone loses more than half of the updates here (testdata/README.md).
func TestNeverTrueConditionOnTheCommittingStoreLosesNothingInGDB(t *testing.T) {
	bin := rseqstep(t)
	out := gdb(t, bin, counter(t), "4 500", "CONNECT\nbreak *commit_store if $rsp == 0\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1 at", keptSafe, "it is kept safe by a trap on the arming store", "sum 2000 of 2000", "exited normally")
}

// lldb decides conditions itself: each pass is a stop, and memory of its own is
// asked for inside the section (allocate_linux.go).
func TestNeverTrueConditionOnTheCommittingStoreLosesNothingInLLDB(t *testing.T) {
	bin := rseqstep(t)
	out := lldb(t, bin, counter(t), []string{"4", "500"}, "CONNECT", "breakpoint set -n commit_store -c '$rsp == 0'", "continue")
	wantInOrder(t, out, keptSafe, "it is kept safe by a trap on the arming store", "exited with status = 0", "The program printed:\n", "sum 2000 of 2000")
}
