package remote

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// workerd's tcmalloc uses sections in threads that glibc has not registered:
// there is one in the first 50 instructions of its malloc.
func TestGDBStepsThroughWorkerdsMalloc(t *testing.T) {
	bin, program := rseqstep(t), tabletest.NeedWorkerdRuns(t)
	began := time.Now()
	out := gdbMulti(t, bin, program, "set environment GLIBC_TUNABLES glibc.pthread.rseq=0\nset args --version\nstart\nbreak malloc\ncontinue\n"+
		"stepi 50\nfinish\ndelete\ncontinue\n")
	t.Logf("%v from gdb's start to its end", time.Since(began).Round(time.Millisecond))
	wantInOrder(t, out, "Temporary breakpoint 1, ", "Breakpoint 2", "in malloc ()", "rseq: malloc+", "workerd 20", "exited normally")
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(line, "rseq: ") {
			t.Log(line)
		}
	}
	if m := regexp.MustCompile(`(?m)^rseq: malloc.* (committed|left by)`).FindString(out); m == "" {
		t.Errorf("no section of malloc ran to an end of its own:\n%s", out)
	}
}
