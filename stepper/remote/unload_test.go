package remote

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// A breakpoint in a library that is unloaded is gdb's to speak of.
func TestAnUnloadedLibrarysBreakpointIsNoNews(t *testing.T) {
	bin := rseqstep(t)
	library := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared})
	program := tabletest.Build(t, tabletest.Fixture{Source: "dlmain.c"})
	out := gdb(t, bin, program, library+" 1", "CONNECT\nset breakpoint pending on\nbreak libsec_init\nset stop-on-solib-events 0\ncontinue\ncontinue\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, libsec_init", "Breakpoint 1, libsec_init", "exited normally")
	if strings.Contains(out, "cannot insert") {
		t.Errorf("the server complains:\n%s", out)
	}
}
