package tabletest

import (
	"regexp"
	"testing"
)

// aborted matches a fixture's output about a section that the kernel aborted.
var aborted = regexp.MustCompile(`(?m)^attempts ([2-9]|\d{2,})$|\baborts [1-9]`)

// OnceRound returns the output of run, called up to three times until the program's loops
// took one attempt. A machine with more work than CPUs may preempt a thread inside its
// section, which aborts it with or without a debugger; and a debugger that resumes the
// thread by its own requests (gdb, Delve) may find it woken on another CPU. A debugger
// that makes the section abort does so three times.
func OnceRound(t testing.TB, run func() string) string {
	t.Helper()
	out := run()
	for range 2 {
		if !aborted.MatchString(out) {
			break
		}
		t.Log("the loop took more than one attempt")
		out = run()
	}
	return out
}
