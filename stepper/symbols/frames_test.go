package symbols

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper"
)

// gdbFrame is a line of gdb's backtrace.
type gdbFrame struct {
	function string
	file     string
	line     int
	signal   bool
}

var gdbFrameLine = regexp.MustCompile(`(?m)^#\d+ +(?:0x[0-9a-f]+ in )?(<signal handler called>|.*?)(?: \([^()]*(?:\([^()]*\)[^()]*)*\))?(?: at ([^\n]+):(\d+))?(?: from \S+)?$`)

func parseBacktrace(text string) []gdbFrame {
	var out []gdbFrame
	for _, m := range gdbFrameLine.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[3])
		name := alias(strings.TrimSpace(m[1]))
		if name == "<signal handler called>" {
			out = append(out, gdbFrame{signal: true})
			continue
		}
		out = append(out, gdbFrame{function: name, file: filepath.Base(m[2]), line: n})
	}
	return out
}

// alias replaces a name by one of the aliases that glibc and the vDSO have for
// a function, because the choice among them is arbitrary.
func alias(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "__GI_"), "__vdso_")
}

func (f gdbFrame) String() string {
	if f.signal {
		return "<signal>"
	}
	if f.line == 0 {
		return f.function
	}
	return fmt.Sprintf("%s %s:%d", f.function, f.file, f.line)
}

func ourFrame(f stepper.Frame) string {
	g := gdbFrame{function: alias(f.Function), file: filepath.Base(f.Line.File), line: f.Line.Line, signal: f.Signal}
	if f.Line.Line == 0 && g.function == "" {
		g.function = "??"
	}
	return g.String()
}

// stacks stops a program in gdb at each place in turn and returns gdb's
// backtrace and a core of every stop.
func stacks(t *testing.T, program string, stops [][]string) (traces [][]gdbFrame, cores []string) {
	t.Helper()
	dir := t.TempDir()
	commands := []string{"set backtrace past-main on", "handle SIGUSR1 nostop noprint pass"}
	for i, stop := range stops {
		commands = append(commands, stop...)
		commands = append(commands, fmt.Sprintf("echo TRACE %d\\n", i), "bt", "echo END\\n", fmt.Sprintf("gcore %s/core%d", dir, i))
		cores = append(cores, fmt.Sprintf("%s/core%d", dir, i))
	}
	text := gdb(t, program, append(commands, "kill")...)
	for i := range stops {
		_, rest, ok := strings.Cut(text, fmt.Sprintf("TRACE %d\n", i))
		trace, _, end := strings.Cut(rest, "END\n")
		if !ok || !end {
			t.Fatalf("no backtrace %d in\n%s", i, text)
		}
		traces = append(traces, parseBacktrace(trace))
	}
	return traces, cores
}

// compareStacks checks that Frames agrees with gdb.
func compareStacks(t *testing.T, traces [][]gdbFrame, cores []string) {
	t.Helper()
	for i, want := range traces {
		c := openCore(t, cores[i])
		s := c.set()
		frames := s.Frames(&c.regs, c, 100)
		_, entering := s.Inlines(c.regs.PC())
		var got, expect []string
		for k, f := range frames {
			if k >= entering { // gdb treats calls that begin at the PC as not entered yet
				got = append(got, ourFrame(f))
			}
		}
		for _, f := range want {
			expect = append(expect, f.String())
		}
		g, e := strings.Join(got, "\n"), strings.Join(expect, "\n")
		if g != e && strings.Join(frameStrings(frames), "\n") != e {
			t.Errorf("stop %d:\n%s\ngdb:\n%s", i, g, e)
		}
	}
}

func frameStrings(frames []stepper.Frame) []string {
	var out []string
	for _, f := range frames {
		out = append(out, ourFrame(f))
	}
	return out
}

func TestFramesAreThoseOfGDB(t *testing.T) {
	for _, flags := range builds(t) {
		t.Run(strings.Join(flags, ""), func(t *testing.T) {
			t.Parallel()
			program := compile(t, "calls.c", flags...)
			traces, cores := stacks(t, program, [][]string{
				{"break *main", "run"},
				{"break deep", "continue"},
				{"delete", "break *leaf", "continue"}, // a function's first instruction, inlined callers above
				{"stepi"},
				{"stepi"},
				{"stepi"},
				{"delete", "break handler", "continue"},
				{"break *last", "continue"},
				{"tbreak leaf", "continue"}, // called from a function that does not return
				{"tbreak exit", "continue"},
				{"stepi"},
				{"stepi"},
			})
			compareStacks(t, traces, cores)
		})
	}
}

// The vDSO's CFI and symbols come from its image in memory.
func TestFramesInTheVDSO(t *testing.T) {
	program := compile(t, "vdso.c", "-O0")
	stops := [][]string{{"break now", "run"}, {"tbreak __vdso_clock_gettime", "continue"}}
	for range 12 {
		stops = append(stops, []string{"stepi"})
	}
	traces, cores := stacks(t, program, stops)
	if len(traces[1]) < 4 || !strings.Contains(traces[1][0].function, "clock_gettime") {
		t.Fatalf("gdb is not in the vDSO: %v", traces[1])
	}
	compareStacks(t, traces, cores)
}
