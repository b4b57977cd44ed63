package expr_test

import (
	"testing"

	"rseqstep/table/tabletest"
)

// TestContainersAreShownAsGDBsPrintersShowThem compares with gdb, which loads the printers that
// GCC's library comes with.
func TestContainersAreShownAsGDBsPrintersShowThem(t *testing.T) {
	list := append([]string{"info pretty-printer"}, commands(t, "testdata/containers.cmds")...)
	for _, c := range tabletest.Some(t, 2, []struct {
		name  string
		flags []string
	}{
		{"O0", []string{"-std=c++17"}},
		{"O2", []string{"-std=c++17", "-O2"}},
	}) {
		t.Run(c.name, func(t *testing.T) {
			p := oracle(t, compile(t, t.TempDir(), "testdata/containers.cc", append(c.flags, "-g")...), "stop", list)
			tabletest.NeedPrinters(t, p.answers[0])
			p.answers = p.answers[1:]
			p.check(t, list[1:])
		})
	}
}
