package expr_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"rseqstep/table/tabletest"
)

// TestContainersAreShownAsGDBsPrintersShowThem compares with gdb, which loads the printers that
// GCC's library comes with.
func TestContainersAreShownAsGDBsPrintersShowThem(t *testing.T) {
	for _, c := range tabletest.Some(t, 2, []struct {
		name, compiler, program string
		flags                   []string
	}{
		{"strings and vectors", "g++", "containers", nil},
		{"all", "g++", "library", nil},
		{"strings and vectors O2", "g++", "containers", []string{"-O2"}},
		{"all O2", "g++", "library", []string{"-O2"}},
		{"strings of the old ABI", "g++", "containers", []string{"-D_GLIBCXX_USE_CXX11_ABI=0"}},
		{"all of the old ABI", "g++", "library", []string{"-D_GLIBCXX_USE_CXX11_ABI=0"}},
		{"DWARF 4", "g++", "library", []string{"-gdwarf-4", "-fdebug-types-section"}},
		{"clang", "clang++", "library", []string{"-fstandalone-debug"}},
	}) {
		t.Run(c.name, func(t *testing.T) {
			base := filepath.Join("testdata", c.program)
			list := append([]string{"info pretty-printer"}, commands(t, base+".cmds")...)
			exe := filepath.Join(t.TempDir(), "prog")
			args := append([]string{"-std=c++17", "-w", "-g", "-o", exe, base + ".cc"}, c.flags...)
			if out, err := exec.Command(tabletest.NeedTool(t, c.compiler), args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			p := oracle(t, exe, "stop", list)
			tabletest.NeedPrinters(t, p.answers[0])
			for n := range p.answers { // clang's names of classes are not those of its type information
				p.answers[n] = regexp.MustCompile(`warning: RTTI symbol not found .*\n`).ReplaceAllString(p.answers[n], "")
			}
			p.answers = p.answers[1:]
			p.check(t, list[1:])
		})
	}
}
