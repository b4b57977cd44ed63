package expr_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/stepper/expr"
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
			p.checkParts(t)
			if c.flags == nil && c.compiler == "g++" {
				p.checkCorrupt(t)
			}
		})
	}
}

// checkParts compares the parts of the local variables, as DAP shows them, with what their
// expressions evaluate to, and their number with their values.
func (p *program) checkParts(t *testing.T) {
	t.Helper()
	locals, err := p.ctx.Locals()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range locals {
		p.checkPart(t, v, v.Name, 0)
	}
}

func (p *program) checkPart(t *testing.T, v expr.Variable, name string, depth int) {
	t.Helper()
	c := p.ctx
	named, indexed := c.Children(v.Value)
	for _, start := range []int{0, 2, named + indexed - 1} {
		parts := c.Part(v.Value, start, 2)
		if want := min(named+indexed-start, 2); want > 0 && start >= 0 && len(parts) != want {
			t.Errorf("%s has %d parts, and %d from number %d", name, named+indexed, len(parts), start)
		}
		for _, part := range parts {
			if part.Err != nil {
				t.Errorf("%s: part %s: %v", name, part.Name, part.Err)
				continue
			}
			step := fmt.Sprintf(part.Step, name)
			x, err := c.Evaluate(step)
			if strings.HasPrefix(name, "bits") { // gdb's printer shows 1, a subscript is a bool
				continue
			}
			if got, want := c.Text(expr.Variable{Value: x, Err: err}, expr.Format{}), c.Text(part.Variable, expr.Format{}); got != want {
				t.Errorf("part %s of %s is %s, %s is %s", part.Name, name, want, step, got)
			} else if depth < 3 {
				p.checkPart(t, part.Variable, step, depth+1)
			}
		}
	}
}
