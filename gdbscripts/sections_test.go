package gdbscripts

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// However gdb goes through them on our server, programs whose sections have data or
// handlers in line come to their sums.
func TestSectionsOfEveryLayoutCountRightThroughOurServer(t *testing.T) {
	bin := server(t)
	sources, err := filepath.Glob(filepath.Join(tabletest.Root(t), "testdata", "sections", "*.c"))
	if err != nil {
		t.Fatal(err)
	}
	sources = slices.DeleteFunc(sources, func(s string) bool { return strings.HasSuffix(s, "/goto.c") || strings.HasSuffix(s, "/long.c") })
	// The thread may come to its end meanwhile, in the C library that has no lines here.
	many := func(command string, n int) string {
		return fmt.Sprintf("python\nfor i in range(%d):\n    try:\n        gdb.execute(%q)\n    except gdb.error:\n        break\nend\n", n, command)
	}
	ways := map[string]string{
		"step":  many("step", 12),
		"next":  many("next", 20),
		"stepi": "stepi 200\n",
		"break": "break *commit\ncontinue\ncontinue\nstepi\ncontinue\nnext\ncontinue\nstep\ndelete\n",
	}
	for _, source := range tabletest.Some(t, 2, sources) {
		program := tabletest.Build(t, tabletest.Fixture{Source: "sections/" + filepath.Base(source), Opt: "-O2"})
		for _, way := range tabletest.SomeKeys(t, 2, ways) {
			t.Run(strings.TrimSuffix(filepath.Base(source), ".c")+"-"+way, func(t *testing.T) {
				out := gdb(t, fmt.Sprintf("set confirm off\nset sysroot /\ntarget remote | %s gdbserver - %s 100\nbreak work\ncontinue\ndelete\n%scontinue\n", bin, program, ways[way]), program)
				wantInOrder(t, out, "Breakpoint 1", "sum 400 of 400", "exited normally")
			})
		}
	}
}

// The range step leaves its line by a handler behind data that decodes as code: it
// used to run the program to its end.
func TestNextIsLeftByAHandlerBehindItsSignature(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "sections/goto.c", Opt: "-O2"})
	for _, command := range []string{"step", "next"} {
		out := gdb(t, fmt.Sprintf("set confirm off\nset sysroot /\ntarget remote | %s gdbserver - %s\nbreak pass\ncontinue\ndelete\n%s\nframe\ncontinue\n", server(t), program, command), program)
		wantInOrder(t, out, "Breakpoint 1", "gone++", "passes 300 gone 3", "exited normally")
	}
}
