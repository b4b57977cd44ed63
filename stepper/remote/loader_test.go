package remote

import (
	"debug/elf"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// interpreter is the dynamic linker that a program names (PT_INTERP).
func interpreter(t *testing.T, program string) string {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			b, err := io.ReadAll(p.Open())
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimRight(string(b), "\x00")
		}
	}
	t.Fatalf("%s names no dynamic linker", program)
	return ""
}

// A program started on the dynamic linker's command line is listed as the linker's
// library, so that breakpoints in it resolve, and so are its libraries.
func TestLibrariesOfAProgramThatTheLinkerStarts(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	linker := interpreter(t, program)
	out := gdb(t, bin, linker, program, "CONNECT\nset breakpoint pending on\nbreak main\ncontinue\ninfo sharedlibrary\nnext\nnext\ndelete\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, main", realPath(t, program), "libc.so", "attempts", "exited normally")
}

// A client that knows the beginning of a list asks for the rest; the test compares with
// stock gdbserver.
func TestTheRestOfALibraryListIsListed(t *testing.T) {
	bin := rseqstep(t)
	library := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared})
	program := compile(t, "apart", `
#define _GNU_SOURCE
#include <dlfcn.h>
void loaded(void) {}
int main(int argc, char **argv)
{
	void *l = dlopen(argv[1], RTLD_NOW), *m = dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW);
	loaded();
	return argc != 2 || !l || !m;
}
`, "-g")
	script := `break loaded
continue
python
import re
def ask(annex):
    out = gdb.execute("maint packet qXfer:libraries-svr4:read:%s:0,4000" % annex, to_string=True)
    return re.findall(r'library name="([^"]*)" lm="(\w+)"[^>]*?(?:lmid="(\w+)")?/>', out), "main-lm" in out
all, main = ask("")
own = [l for l in all if l[2] == all[0][2]]
other = [l for l in all if l[2] != all[0][2]]
print("whole", [len(l) for l in (own, other)], main)
for n in range(1, len(own)):
    rest, main = ask("start=%s;prev=%s;lmid=%s;" % tuple(a[2:] for a in (own[n][1], own[n - 1][1], own[0][2])))
    print("from", n, rest == own[n:], main)
for n in range(1, len(other)):
    rest, main = ask("start=%s;prev=%s;lmid=%s;" % tuple(a[2:] for a in (other[n][1], other[n - 1][1], other[0][2])))
    print("other", n, rest == other[n:], main)
print("torn", ask("start=%s;prev=%s;lmid=%s;" % tuple(a[2:] for a in (own[1][1], own[1][1], own[0][2]))))
end
continue
`
	answers := func(out string) (lines []string) {
		return regexp.MustCompile(`(?m)^(whole|from|other|torn).*$`).FindAllString(out, -1)
	}
	out := gdb(t, bin, program, library, "CONNECT\n"+script)
	ours := answers(out)
	if len(ours) < 4 || strings.Contains(strings.Join(ours, "\n"), "False, False") || !strings.HasPrefix(ours[0], "whole") {
		t.Fatalf("no answers in\n%s", out)
	}
	for _, l := range ours {
		if strings.HasPrefix(l, "from") && !strings.HasSuffix(l, "True False") || strings.HasPrefix(l, "other") && !strings.HasSuffix(l, "True False") {
			t.Errorf("%s", l)
		}
	}
	stock := answers(gdbRuns(t, program, fmt.Sprintf("target remote | %s - %s %s\n%s", tabletest.NeedTool(t, "gdbserver"), program, library, script)))
	if strings.Contains(strings.Join(stock, "\n"), "[1") { // gdbserver of gdb 13 and later lists namespaces
		if fmt.Sprint(stock) != fmt.Sprint(ours) {
			t.Errorf("stock gdbserver: %q\nours: %q", stock, ours)
		}
	}
	wantInOrder(t, out, "exited normally")
}

func TestAnnexOfALibraryList(t *testing.T) {
	for annex, want := range map[string]listFrom{
		"":                        {},
		"start=7f00;prev=10;":     {start: 0x7f00, prev: 0x10},
		"start=0x7f00;lmid=0x20;": {start: 0x7f00, lmid: 0x20},
		"other=5;prev=1":          {prev: 1},
	} {
		if got, ok := parseListFrom(annex); !ok || got != want {
			t.Errorf("%q: %+v, %v", annex, got, ok)
		}
	}
	for _, annex := range []string{"start", "start=;", "start=zz;", ";prev=-1"} {
		if _, ok := parseListFrom(annex); ok {
			t.Errorf("%q is taken", annex)
		}
	}
}
