package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// exerciseReport is what the tests read of the JSON.
type exerciseReport struct {
	Version int
	Passed  bool
	Failure string
	Last    *struct{ Offset uint64 }
	Culprit *struct {
		Boundaries []struct {
			Section, Text string
			Offset        uint64
		}
		Harmless *struct{ Offset uint64 }
	}
	Totals struct {
		Declared, Executed, Boundaries, Aborted int
		Percent                                 float64
	}
}

// exercised runs `rseqstep exercise` to its end.
func exercised(t *testing.T, args ...string) counting {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return runToEnd(t, exec.Command(tabletest.Command(t), append([]string{"exercise"}, args...)...))
}

// exercise is the report, which has standard error to itself.
func (c counting) exercise(t *testing.T) (r exerciseReport) {
	t.Helper()
	if err := json.Unmarshal([]byte(c.err), &r); err != nil || r.Version != 1 {
		t.Fatalf("%v, version %d: %s", err, r.Version, c.err)
	}
	return r
}

// The exit status says what a script needs to know, and the program's output is its own.
func TestExerciseSaysByItsStatusWhetherTheProgramMinds(t *testing.T) {
	good := tabletest.Build(t, tabletest.Fixture{Source: "exercise/early.c", Opt: "-O2"})
	bad := tabletest.Build(t, tabletest.Fixture{Source: "exercise/early.c", Opt: "-O2", Flags: []string{"-DBAD"}})
	bare := tabletest.Build(t, tabletest.Fixture{Source: "loop.c"})
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"passes":                {[]string{"--", good}, 0, "passed 9 aborts in 1 run"},
		"fails":                 {[]string{"--", bad}, 1, "FAILED: the program ended with status 1"},
		"moves and a storm":     {[]string{"--migrate", "--storm", "9", "--", good}, 2, "--migrate aborts nothing"},
		"is moved":              {[]string{"--migrate", "--", good}, 0, "Moves  Commits  Section"},
		"is enough":             {[]string{"--fail-under", "100", "--", good}, 0, "(100.0 %)"},
		"has no sections":       {[]string{"--fail-under", "1", "--", bare, "1"}, 1, "0 declared"},
		"matches":               {[]string{"--sections", "^add", "--", good}, 0, "passed 9 aborts"},
		"matches nothing":       {[]string{"--sections", "^nothing", "--", bad}, 0, "passed 0 aborts"},
		"is checked":            {[]string{"--check", "grep -q 'total: 2000'", "--", good}, 0, "passed"},
		"does not pass a check": {[]string{"--check", "exit 3", "--", good}, 1, "check: exit status 3"},
		"is no program":         {[]string{"--", filepath.Join(t.TempDir(), "none")}, 2, "no such file"},
		"bad pattern":           {[]string{"--sections", "(", "--", good}, 2, "--sections"},
		"nothing to run":        {nil, 2, "needs a program"},
		"two things to run":     {[]string{"--pid", "1", "--", good}, 2, "needs a program"},
		"no times":              {[]string{"--times", "0", "--", good}, 2, "--times"},
		"pid and bisect":        {[]string{"--pid", "1", "--bisect"}, 2, "cannot be run again"},
	} {
		r := exercised(t, c.args...)
		if r.status != c.status || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: status %d, want %d with %q:\n%s", name, r.status, c.status, c.says, r.err)
		}
		if program := c.status != 2 && name != "has no sections"; program != strings.Contains(r.out, "want 1000") {
			t.Errorf("%s: the program's output is %q", name, r.out)
		}
	}
}

// The JSON names the boundary, and the seed repeats a run.
func TestExerciseJSON(t *testing.T) {
	bad := tabletest.Build(t, tabletest.Fixture{Source: "exercise/early.c", Opt: "-O2", Flags: []string{"-DBAD"}})
	r := exercised(t, "--json", "--bisect", "--", bad).exercise(t)
	if c := r.Culprit; r.Passed || r.Last == nil || c == nil || len(c.Boundaries) != 1 || c.Harmless == nil || c.Boundaries[0].Offset <= c.Harmless.Offset {
		t.Errorf("%+v", r)
	}
	good := tabletest.Build(t, tabletest.Fixture{Source: "exercise/popped.c", Opt: "-O2"})
	one, other := exercised(t, "--json", "--seed", "7", "--", good).exercise(t), exercised(t, "--json", "--seed", "7", "--", good).exercise(t)
	if !one.Passed || one.Totals != other.Totals || one.Totals.Percent != 100 {
		t.Errorf("%+v, %+v", one, other)
	}
}

// The page shows what was aborted, what was not, and where the program failed.
func TestExercisePage(t *testing.T) {
	for flags, marks := range map[string][]string{
		"-DBAD":  {"abort-not-survived", "does not survive an abort before this instruction", "early.c", "failed: the program ended with status 1"},
		"-DGOOD": {"passed", "3 of 3 (100.0%)", "add"},
	} {
		path := tabletest.Build(t, tabletest.Fixture{Source: "exercise/early.c", Opt: "-O2", Flags: []string{flags}})
		file := filepath.Join(t.TempDir(), "page.html")
		r := exercised(t, "--bisect", "--html", file, "--", path)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v: %s", err, r.err)
		}
		for _, m := range marks {
			if !strings.Contains(string(b), m) {
				t.Errorf("%s: the page has no %q", flags, m)
			}
		}
	}
}

// Coverage adds up over programs in a file; a file of another form is refused, and stays.
func TestExerciseAddsUpCoverage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cov")
	for n, source := range []string{"early", "popped", "early"} {
		path := tabletest.Build(t, tabletest.Fixture{Source: "exercise/" + source + ".c", Opt: "-O2"})
		r := exercised(t, "--json", "--cov", file, "--fail-under", "100", "--", path)
		if got := r.exercise(t); r.status != 0 || got.Totals.Executed != min(n+1, 2) {
			t.Errorf("%s: status %d, %+v", source, r.status, got.Totals)
		}
	}
	if err := os.WriteFile(file, []byte(`{"version": 99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := exercised(t, "--cov", file, "--", tabletest.Build(t, tabletest.Fixture{Source: "exercise/early.c", Opt: "-O2"}))
	if r.status != 2 || !strings.Contains(r.err, "version 99") || r.out != "" {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
}

// A running service is exercised and left as it was, with its sums right.
func TestExerciseLeavesARunningServiceAsItWas(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	s := tabletest.StartService(t, tabletest.BuildService(t), "4")
	before := look(t, s.PID)
	r := exercised(t, "--pid", strconv.Itoa(s.PID), "--for", "500ms")
	if r.status != 0 || !strings.Contains(r.err, "passed") || strings.Contains(r.err, "passed 0 aborts") {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	look(t, s.PID).same(t, before)
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// A Ctrl-C ends the exercise of a running service, which runs on.
func TestExerciseIsInterrupted(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	s := tabletest.StartService(t, tabletest.BuildService(t), "2")
	cmd := exec.Command(tabletest.Command(t), "exercise", "--pid", strconv.Itoa(s.PID))
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	awaitTracer(t, s.PID)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	b, err := io.ReadAll(out)
	if err = errors.Join(err, cmd.Wait()); err != nil || !strings.Contains(string(b), "interrupted after") {
		t.Errorf("%v: %s", err, b)
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}
