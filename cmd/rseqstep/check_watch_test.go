package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

// checkReport is what the tests read of a report.
type checkReport struct {
	Version  int
	Findings []struct {
		Rule, Severity, Detail string
		Where                  struct {
			Function, File string
			Line           int
		}
	}
	Says []string `json:"conclusions"`
}

// checked runs `rseqstep check` and returns its exit status and what it printed.
func checked(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return checkedWith(t, "", args...)
}

func checkedWith(t *testing.T, input string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(tabletest.Command(t), append([]string{"check"}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// watchFixture builds a program of testdata/watch.
func watchFixture(t *testing.T, source string) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return tabletest.Build(t, tabletest.Fixture{Source: "watch/" + source})
}

// A service that is watched and left is as it was: text, debug registers, registrations,
// affinities and masks; and its sums are right.
func TestCheckLeavesARunningServiceAsItWas(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	program := tabletest.BuildService(t)
	for _, args := range [][]string{{"4"}, {"100"}} {
		t.Run(strings.Join(args, "-"), func(t *testing.T) {
			s := tabletest.StartService(t, program, args...)
			before := look(t, s.PID)
			status, out, errs := checked(t, "--pid", strconv.Itoa(s.PID), "--for", "100ms")
			if status != 0 || errs != "" || !strings.Contains(out, "No findings.") {
				t.Errorf("status %d, %s%s", status, out, errs)
			}
			look(t, s.PID).same(t, before)
			if s.Finish() {
				t.Error("the service was killed")
			}
		})
	}
}

// Threads that come and go all the time, each made by another, are watched, and left.
func TestCheckWatchesThreadsThatComeAndGo(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	s := tabletest.StartService(t, tabletest.BuildService(t), "2", "100")
	status, out, errs := checked(t, "--pid", strconv.Itoa(s.PID), "--for", "1s")
	if status != 0 || errs != "" || !strings.Contains(out, "No findings.") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	t.Log(out)
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// The program's output is its own, the report goes to standard error or to a file, and the exit
// status says whether there are findings.
func TestCheckSaysByItsStatusWhetherThereAreFindings(t *testing.T) {
	bad, good, refused := watchFixture(t, "writes.c"), watchFixture(t, "writes-good.c"), watchFixture(t, "refused.c")
	echo := tabletest.Build(t, tabletest.Fixture{Source: "exit7.c"})
	for _, c := range []struct {
		args   []string
		status int
		says   []string
	}{
		{[]string{"--", bad}, 1, []string{"error: ", "[kernel-field-written]", "would kill it", "exited with status 0"}},
		{[]string{"--", good}, 0, []string{"No findings.", "Nothing was seen for which rseq's debug mode"}},
		{[]string{"--", refused}, 1, []string{"warning: ", "[registration-refused]", "do not get on"}},
		{[]string{"--fail-on=error", "--", refused}, 0, []string{"warning: "}},
		{[]string{"--kernel=6.18", "--", bad}, 0, []string{"No findings"}},
		{[]string{"--", echo}, 0, []string{"exited with status 7"}},
	} {
		status, out, errs := checked(t, c.args...)
		if status != c.status || out != "" {
			t.Errorf("%v: status %d, standard output %q, %s", c.args, status, out, errs)
		}
		for _, want := range c.says {
			if !strings.Contains(strings.Join(strings.Fields(errs), " "), want) { // sentences are broken at column 80
				t.Errorf("%v does not say %q: %s", c.args, want, errs)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "report")
	if status, out, errs := checked(t, "--json", "--output", file, "--", bad); status != 1 || out+errs != "" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	b, err := os.ReadFile(file)
	var r checkReport
	if err = errors.Join(err, json.Unmarshal(b, &r)); err != nil || r.Version != 1 || len(r.Findings) < 2 || r.Findings[0].Where.Line == 0 {
		t.Errorf("%v, %s", err, b)
	}
}

// What cannot be watched is refused with status 2 and the reason.
func TestCheckSaysWhyItCannotWatch(t *testing.T) {
	good := watchFixture(t, "writes-good.c")
	gone := exec.Command(good)
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	traced, err := ptrace.Launch(ptrace.LaunchOptions{Path: good})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := traced.Kill(); err != nil {
			t.Error(err)
		}
	}()
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("echo\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		why  string
	}{
		{[]string{"--pid", strconv.Itoa(gone.Process.Pid)}, "no such process"},
		{[]string{"--pid", strconv.Itoa(traced.PID())}, "tracing it already"},
		{[]string{"--pid", strconv.Itoa(os.Getpid()), "--", good}, "either a process"},
		{[]string{"--", filepath.Join(t.TempDir(), "nothing")}, "no such file"},
		{[]string{"--", text}, "not an ELF file"},
		{[]string{"--"}, "a program"},
		{[]string{"--pid", "0"}, "0 is not a process id"},
		{[]string{"--for", "-1s", "--", good}, "how long to watch"},
		{[]string{"--for", "1s", good}, "check -- " + good},
		{[]string{"--stop", good}, "check -- " + good},
	} {
		status, out, errs := checked(t, c.args...)
		if status != 2 || out != "" || !strings.Contains(errs, c.why) {
			t.Errorf("%v: status %d, %q, %q", c.args, status, out, errs)
		}
	}
}

// Where the report cannot be written, the program does not run first. What a file contained is replaced.
func TestCheckOpensTheReportBeforeTheProgramRuns(t *testing.T) {
	ran := filepath.Join(t.TempDir(), "ran")
	touch, err := exec.LookPath("touch")
	if err != nil {
		t.Fatal(err)
	}
	status, out, errs := checked(t, "--output", filepath.Join(t.TempDir(), "no", "file"), "--", touch, ran)
	if _, err := os.Stat(ran); status != 2 || out != "" || !strings.Contains(errs, "--output") || err == nil {
		t.Errorf("status %d, %s%s, %v", status, out, errs, err)
	}
	file := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(file, bytes.Repeat([]byte("old "), 10000), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := checked(t, "--output", file, watchFixture(t, "writes-good.c")); status != 0 || out+errs != "" {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if b, err := os.ReadFile(file); err != nil || strings.Contains(string(b), "old") || !strings.HasPrefix(string(b), "No findings.") {
		t.Errorf("%v, %.200s", err, b)
	}
}

// A watch that ends with its time and without a finding opens no prompt.
func TestCheckOpensNoPromptWithoutAFinding(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	s := tabletest.StartService(t, tabletest.BuildService(t))
	status, out, errs := checkedWith(t, "print 40 + 2\n", "--pid", strconv.Itoa(s.PID), "--stop", "--for", "200ms")
	if status != 0 || !strings.Contains(out, "No findings.") || strings.Contains(out, "42") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// A watch also tells what is wrong in the files, and counts both.
func TestCheckReadsTheFilesOfAProgramThatItWatched(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bad := tabletest.Build(t, tabletest.Fixture{Source: "check/notlast.S", Flags: []string{"-DBAD"}})
	status, _, errs := checked(t, "--", bad)
	text := strings.Join(strings.Fields(errs), " ")
	for _, want := range []string{"[commit-not-last]", "1 error.", "1 section declared, 1 decoded; watched 1 thread for", "1 of the sections entered"} {
		if status != 1 || strings.Count(text, want) != 1 {
			t.Errorf("status %d, not %q in: %s", status, want, errs)
		}
	}
}

// SIGINT ends the watch: the report comes, and the program goes on without us.
func TestCtrlCEndsTheWatchAndNotTheProgram(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	s := tabletest.StartService(t, tabletest.BuildService(t))
	before := look(t, s.PID)
	cmd := exec.Command(tabletest.Command(t), "check", "--pid", strconv.Itoa(s.PID))
	out, err := cmd.StdoutPipe()
	if err = errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	awaitTracer(t, s.PID)
	if err := cmd.Process.Signal(unix.SIGINT); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(out)
	if err = errors.Join(err, cmd.Wait()); err != nil || !strings.Contains(string(b), "No findings.") {
		t.Errorf("%v: %s", err, b)
	}
	look(t, s.PID).same(t, before)
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// awaitTracer waits until a process is traced.
func awaitTracer(t *testing.T, pid int) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(b))
		for lines.Scan() {
			if words := strings.Fields(lines.Text()); len(words) == 2 && words[0] == "TracerPid:" && words[1] != "0" {
				return
			}
		}
	}
	t.Fatal("nobody traces it")
}

// With --stop the prompt opens behind the first store to one of the kernel's fields.
func TestCheckStopsAtTheFirstFinding(t *testing.T) {
	bad := watchFixture(t, "writes.c")
	file := filepath.Join(t.TempDir(), "report")
	status, out, errs := checkedWith(t, "backtrace\nprint v\nnonsense\n", "--stop", "--json", "--output", file, "--", bad)
	if status != 1 || !strings.Contains(out, "[kernel-field-written]") || !strings.Contains(out, "#0  disturb (") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	b, err := os.ReadFile(file)
	var r checkReport
	if err = errors.Join(err, json.Unmarshal(b, &r)); err != nil || len(r.Findings) != 1 || r.Findings[0].Where.Function != "disturb" {
		t.Errorf("%v, %s", err, b)
	}
}

// tcmalloc's writes to cpu_id_start are found with their function, and its registration with its
// size; with glibc's registration it is refused.
func TestCheckSaysWhatTcmallocDoes(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	program := tabletest.NeedWorkerdRuns(t)
	run := func(tunable string) checkReport {
		file := filepath.Join(t.TempDir(), "report")
		t.Setenv("GLIBC_TUNABLES", tunable)
		status, out, errs := checked(t, "--json", "--output", file, "--", program, "--version")
		b, err := os.ReadFile(file)
		var r checkReport
		if err = errors.Join(err, json.Unmarshal(b, &r)); err != nil || status != 1 || !strings.HasPrefix(out, "workerd 20") {
			t.Fatalf("%v, status %d, %s%s%s", err, status, out, errs, b)
		}
		return r
	}
	has := func(r checkReport, rule, detail, function string) bool {
		for _, f := range r.Findings {
			if f.Rule == rule && strings.Contains(f.Detail, detail) && strings.Contains(f.Where.Function, function) {
				return true
			}
		}
		t.Errorf("no %s, %q in %s: %+v", rule, detail, function, r)
		return false
	}
	own := run("glibc.pthread.rseq=0")
	has(own, "kernel-field-written", "writes cpu_id_start", "CacheCpuSlabSlow")
	has(own, "legacy-size", "32 bytes", "InitThreadPerCpu")
	refused := run("glibc.pthread.rseq=1")
	has(refused, "registration-refused", "32 bytes", "InitThreadPerCpu")
	if slices.ContainsFunc(own.Says, func(s string) bool { return strings.Contains(s, "do not get on") }) == slices.ContainsFunc(refused.Says, func(s string) bool { return strings.Contains(s, "do not get on") }) {
		t.Errorf("conclusions: %q, %q", own.Says, refused.Says)
	}
}
