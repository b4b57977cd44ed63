package remote

import (
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// gdb itself reports a breakpoint in an unloaded library.
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

// The library list names each library's namespace as gdbserver does, by the address of
// the r_debug: gdb 18 reads it when a library is loaded. Libraries of other namespaces
// are listed too, with theirs.
func TestTheNamespacesOfLibrariesAreTheLinkers(t *testing.T) {
	bin := rseqstep(t)
	library := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared})
	program := compile(t, "apart", `
#define _GNU_SOURCE
#include <dlfcn.h>
void loaded(void) {}
int main(int argc, char **argv) { void *l = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW); loaded(); return argc != 2 || !l; }
`, "-g")
	out := gdb(t, bin, program, library, "CONNECT\nbreak loaded\ncontinue\nprint &_r_debug\nmaint packet qXfer:libraries-svr4:read::0,4000\ninfo sharedlibrary\ndelete\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, loaded", "<library-list-svr4", "libsec.so", "exited normally")
	own := regexp.MustCompile(`\$1 = .* (0x[0-9a-f]+) <_r_debug>`).FindStringSubmatch(out)
	if own == nil {
		t.Fatalf("no _r_debug in\n%s", out)
	}
	entries := regexp.MustCompile(`library name="([^"]*)"[^>]* lmid="(0x[0-9a-f]+)"`).FindAllStringSubmatch(out, -1)
	of := map[string]string{}
	for _, e := range entries {
		of[e[2]] += " " + e[1]
	}
	if len(of) != 2 || !strings.Contains(of[own[1]], "libc.so") || strings.Contains(of[own[1]], "libsec.so") {
		t.Errorf("_r_debug is at %s, the libraries of each namespace are %v", own[1], of)
	}
}
