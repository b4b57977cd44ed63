package symbols

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// The stacks of testdata/tail.c, each time leaf is called: functions that ended in a tail call are
// shown where there is no doubt, with gdb's words for programs of gcc (gdb 13 does not read those
// of clang).
func TestTailCallsAreFrames(t *testing.T) {
	want := []string{"leaf t3 t2 t1 main", "leaf end main", "leaf last behind before main", "leaf t3 caller main",
		"leaf t3 t2 t1 caller main", "leaf twice main", "leaf t3 t2 twice main"}
	stops := [][]string{{"break leaf", "run"}}
	for len(stops) < len(want) {
		stops = append(stops, []string{"continue"})
	}
	for _, build := range []string{"gcc -gdwarf-5 -fno-ipa-icf", "gcc -gdwarf-4 -fno-ipa-icf", "clang -gdwarf-5"} {
		t.Run(build, func(t *testing.T) {
			words := strings.Fields(build)
			program := filepath.Join(t.TempDir(), "tail")
			args := append(words[1:], "-g", "-O2", "-w", "-o", program, "testdata/tail.c")
			if out, err := exec.Command(tabletest.NeedTool(t, words[0]), args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			traces, cores := stacks(t, program, stops)
			if words[0] == "gcc" {
				compareStacks(t, traces, cores)
			}
			for i, path := range cores {
				c := openCore(t, path)
				var got []string
				for _, f := range c.set().Frames(&c.regs, c, 20) {
					if got = append(got, f.Function); f.Function == "main" {
						break
					}
				}
				if g := strings.Join(got, " "); g != want[i] {
					t.Errorf("stop %d: %s, want %s", i, g, want[i])
				}
			}
		})
	}
}
