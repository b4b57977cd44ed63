package tabletest

import (
	"regexp"
	"testing"
)

// aborted is what fixtures print of a section that the kernel aborted.
var aborted = regexp.MustCompile(`(?m)^attempts ([2-9]|\d{2,})$|\baborts [1-9]`)

// OnceRound is what run printed, of up to three runs the first in which the
// program's loops went round once. A machine that has more to do than it has CPUs
// may take the CPU from a thread inside its section, where it then aborts as the
// kernel has it, debugger or none; and a debugger whose own requests resume the
// thread (gdb's, Delve's) may find it woken on another CPU. A debugger that makes
// the section abort does so three times.
func OnceRound(t testing.TB, run func() string) string {
	t.Helper()
	out := run()
	for range 2 {
		if !aborted.MatchString(out) {
			break
		}
		t.Log("the loop went round more than once")
		out = run()
	}
	return out
}
