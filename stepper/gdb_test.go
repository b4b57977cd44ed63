package stepper_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// gdbScript repeats a command from main on and prints where it leads, until
// the program or its lines end.
const gdbScript = `
import gdb
gdb.execute("set debug-file-directory /nonexistent")
gdb.execute("set startup-with-shell off")
gdb.execute("break main")
gdb.execute("run")
for n in range(%d):
    frame = gdb.selected_frame()
    print("AT %%s:%%d" %% (frame.name(), frame.find_sal().line))
    gdb.execute("%s", to_string=True)
    if not gdb.selected_inferior().threads() or not gdb.selected_frame().find_sal().line:
        break
`

// gdbWalk is where gdb's command leads, time and again, from main on.
func gdbWalk(t testing.TB, command string, max int, path string, args ...string) []string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "walk.py")
	if err := os.WriteFile(script, []byte(fmt.Sprintf(gdbScript, max, command)), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tabletest.NeedTool(t, "gdb"), append([]string{"-nx", "-q", "-batch", "-x", script, "--args", path}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	var walk []string
	for in := bufio.NewScanner(strings.NewReader(string(out))); in.Scan(); {
		if at, ok := strings.CutPrefix(in.Text(), "AT "); ok {
			name, line, _ := strings.Cut(at, ":")
			if i := strings.LastIndex(at, ":"); i >= 0 {
				name, line = at[:i], at[i+1:]
			}
			walk = append(walk, shortName(name)+":"+line)
		}
	}
	return walk
}

// ourWalk is where the Engine's command leads.
func ourWalk(t testing.TB, command string, max int, path string, args ...string) []string {
	t.Helper()
	p := launchFile(t, path, args...)
	stop := p.runTo("main")
	var walk []string
	for range max {
		walk = append(walk, p.where(stop))
		stop = p.do(command)
		if stop.Reason == stepper.StopExited || strings.HasSuffix(p.where(stop), ":0") {
			return walk
		}
		p.wantReason(stop, stepper.StopStep)
	}
	return walk
}

// gdb is the oracle for what a line step is, in programs without sections.
func TestLineStepsLeadWhereGDBsLead(t *testing.T) {
	const most = 120
	programs := []struct {
		source string
		args   []string
	}{
		{"loop.c", []string{"3"}}, {"recurse.c", nil}, {"inline.c", nil}, {"switch.c", nil}, {"cxx.cc", nil}, {"longjmp.c", nil},
	}
	for _, program := range programs {
		for _, opt := range []string{"-O0", "-O2"} {
			for _, dwarf := range []int{5, 4} {
				if dwarf == 4 && (testing.Short() || program.source != "inline.c") {
					continue
				}
				f := tabletest.Fixture{Source: program.source, Opt: opt, DWARF: dwarf}
				path := tabletest.Build(t, f)
				for _, command := range []string{"next", "step"} {
					t.Run(f.String()+"-"+command, func(t *testing.T) {
						want := gdbWalk(t, command, most, path, program.args...)
						got := ourWalk(t, command, most, path, program.args...)
						if strings.Join(got, " ") != strings.Join(want, " ") {
							t.Errorf("\ngdb  %v\nours %v", want, got)
						}
					})
				}
			}
		}
	}
}
