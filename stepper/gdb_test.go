package stepper_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// gdbScript repeats a command from main on and prints each place, until the program or its
// lines end.
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

// gdbWalk returns the places to which gdb's command leads, repeated from main on.
func gdbWalk(t testing.TB, command string, most int, path string, args ...string) []string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "walk.py")
	if err := os.WriteFile(script, []byte(fmt.Sprintf(gdbScript, most, command)), 0o644); err != nil {
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
			i := strings.LastIndex(at, ":")
			name, line := at[:max(i, 0)], at[i+1:]
			walk = append(walk, shortName(name)+":"+line)
		}
	}
	return walk
}

// ourWalk returns the places to which the Engine's command leads.
func ourWalk(t testing.TB, command string, most int, path string, args ...string) []string {
	t.Helper()
	p := launchFile(t, path, args...)
	stop := p.runTo("main")
	var walk []string
	for range most {
		walk = append(walk, p.where(stop))
		stop = p.do(command)
		if stop.Reason == stepper.StopExited || strings.HasSuffix(p.where(stop), ":0") {
			return walk
		}
		p.wantReason(stop, stepper.StopStep)
	}
	return walk
}

// samePlace reports whether our place is gdb's. For constructors in GCC 16's library, gdb 18
// shows the name without its scope, or the name of the base constructor that they call: there
// only the lines count.
func samePlace(ours, gdbs string) bool {
	line := func(place string) string { return place[strings.LastIndex(place, ":"):] }
	return ours == gdbs || strings.HasPrefix(ours, "std::") && line(ours) == line(gdbs)
}

// gdb is the oracle for what a line step is, in programs without sections. The test does not
// compare where main begins: gdb 18 counts an inlined call there that covers no code (GCC 16).
// It also omits what gdb 13 does differently: gdb enters inlined calls at their lowest address
// (see package symbols), and loses a thread at a longjmp or an exception if libc and libgcc_s
// have no probes.
func TestLineStepsLeadWhereGDBsLead(t *testing.T) {
	const all = 120
	walks := []struct {
		source     string
		opt        string
		next, step int // how many at most
		args       []string
	}{
		{source: "loop.c", opt: "-O0", next: all, step: all, args: []string{"3"}},
		{source: "loop.c", opt: "-O2", next: all, step: all, args: []string{"3"}},
		{source: "recurse.c", opt: "-O0", next: all, step: all},
		{source: "recurse.c", opt: "-O2", next: all, step: all},
		{source: "switch.c", opt: "-O0", next: all, step: all},
		{source: "switch.c", opt: "-O2", next: all, step: all},
		{source: "inline.c", opt: "-O0", next: all, step: all},
		{source: "inline.c", opt: "-O2", next: all},
		{source: "longjmp.c", opt: "-O0", next: 4, step: 12},
		{source: "longjmp.c", opt: "-O2", next: 4},
		{source: "cxx.cc", opt: "-O0", next: 12, step: 60},
		{source: "cxx.cc", opt: "-O2", next: 8},
		{source: "vars.c", opt: "-O0", next: all, step: all},
		{source: "watch.c", opt: "-O2", next: all, step: all},
	}
	for _, w := range tabletest.Some(t, 3, walks) {
		for _, dwarf := range []int{5, 4} {
			f := tabletest.Fixture{Source: w.source, Opt: w.opt, DWARF: dwarf}
			if dwarf == 4 && w.source != "inline.c" {
				continue
			}
			path := tabletest.Build(t, f)
			for command, most := range map[string]int{"next": w.next, "step": w.step} {
				if most == 0 {
					continue
				}
				t.Run(f.String()+"-"+command, func(t *testing.T) {
					want := gdbWalk(t, command, most, path, w.args...)
					got := ourWalk(t, command, most, path, w.args...)
					if !slices.EqualFunc(got[1:], want[1:], samePlace) {
						t.Errorf("\ngdb  %v\nours %v", want, got)
					}
				})
			}
		}
	}
}
