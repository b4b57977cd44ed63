package expr_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// commands reads a list of gdb commands, one per line.
func commands(t *testing.T, path string) (list []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(string(text), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// TestAnswersAgreeWithGDB runs the same commands in gdb and in this package on
// the same stopped process. The lists omit intended differences, which have
// tests of their own.
func TestAnswersAgreeWithGDB(t *testing.T) {
	vars := filepath.Join("..", "..", "testdata", "vars.c")
	for _, c := range tabletest.Some(t, 3, []struct {
		name, source, list, at string
		flags                  []string
	}{
		{"types", "testdata/types.c", "testdata/types.cmds", "stop", []string{"-g"}},
		{"types no-pie", "testdata/types.c", "testdata/types.cmds", "stop", []string{"-g", "-no-pie"}},
		{"vars", vars, "testdata/vars.cmds", "marker", []string{"-g"}},
		{"vars DWARF 4", vars, "testdata/vars.cmds", "marker", []string{"-g", "-gdwarf-4"}},
		{"optimized", "testdata/optimized.c", "testdata/optimized.cmds", "stop", []string{"-g", "-O2"}},
		{"optimized DWARF 4", "testdata/optimized.c", "testdata/optimized.cmds", "stop", []string{"-g", "-O2", "-gdwarf-4"}},
		{"optimized no-pie", "testdata/optimized.c", "testdata/optimized.cmds", "stop", []string{"-g", "-O3", "-no-pie"}},
		{"C++", "testdata/cxx.cc", "testdata/cxx.cmds", "Derived::method", []string{"-g"}},
	}) {
		t.Run(c.name, func(t *testing.T) {
			list := commands(t, c.list)
			p := oracle(t, compile(t, t.TempDir(), c.source, c.flags...), c.at, list)
			p.check(t, list)
		})
	}
}
