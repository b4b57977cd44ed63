package remote

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

func counter(t *testing.T) string {
	return tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}})
}

// keptSafe is part of what the user is told before the program resumes.
const keptSafe = "lies inside the critical section compare_and_store"

// With plain gdb more than half of the updates are lost here
// (testdata/README.md).
func TestNeverTrueConditionOnTheCommittingStoreLosesNothingInGDB(t *testing.T) {
	bin := rseqstep(t)
	n := tabletest.Rounds(t, 100, 500)
	out := gdb(t, bin, counter(t), fmt.Sprint("4 ", n), "CONNECT\nbreak *commit_store if $sp == 0\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1 at", keptSafe, "it is kept safe by a trap on the arming store", fmt.Sprintf("sum %d of %[1]d", 4*n), "exited normally")
}

// lldb evaluates conditions itself: each pass is a stop, and it asks for
// scratch memory inside the section (allocate_linux.go).
func TestNeverTrueConditionOnTheCommittingStoreLosesNothingInLLDB(t *testing.T) {
	bin := rseqstep(t)
	n := tabletest.Rounds(t, 100, 500)
	out := ""
	for range 5 { // on a busy machine lldb abandons a condition after half a second
		out = lldb(t, bin, counter(t), []string{"4", fmt.Sprint(n)}, "CONNECT", "breakpoint set -n commit_store -c '$sp == 0'", "continue")
		if !strings.Contains(out, "Reached timeout while interpreting expression") {
			break
		}
	}
	wantInOrder(t, out, keptSafe, "it is kept safe by a trap on the arming store", "exited with status = 0", "The program printed:\n", fmt.Sprintf("sum %d of %[1]d", 4*n))
}
