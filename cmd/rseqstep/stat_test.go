package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/stat"
	"rseqstep/table/tabletest"
)

// counting is a run of `rseqstep stat`.
type counting struct {
	out, err string
	status   int
}

// runStatCommand runs `rseqstep stat` to its end.
func runStatCommand(t *testing.T, args ...string) counting {
	t.Helper()
	cmd := exec.Command(tabletest.Command(t), append([]string{"stat"}, args...)...)
	return runToEnd(t, cmd)
}

// runToEnd runs a command to its end.
func runToEnd(t *testing.T, cmd *exec.Cmd) counting {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(tabletest.Patience(2*time.Minute), func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return counting{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// report is the JSON among the output of a program and of `stat --json`, and the program's output.
func (c counting) report(t *testing.T) (r stat.JSON, program string) {
	t.Helper()
	program, text, ok := strings.Cut(c.out, "{\n")
	if err := json.Unmarshal([]byte("{"+text), &r); !ok || err != nil {
		t.Fatalf("status %d, %v\n%s%s", c.status, err, c.out, c.err)
	}
	if r.Version != stat.JSONVersion {
		t.Errorf("JSON of version %d", r.Version)
	}
	return r, program
}

// of is the aborts of the sections in a function.
func of(r stat.JSON, function string) (n uint64) {
	for _, s := range r.Sections {
		if name, _, _ := strings.Cut(s.Function, "+"); name == function {
			n += s.Aborts
		}
	}
	return n
}

// within asks for a count that differs from the program's own by at most a hundredth.
func within(t *testing.T, what string, got, want uint64) {
	t.Helper()
	if diff := max(got, want) - min(got, want); diff*100 > want {
		t.Errorf("%s: %d aborts are counted, the program counts %d", what, got, want)
	}
}

func needStat(t *testing.T) {
	t.Helper()
	tabletest.NeedRseq(t)
	tabletest.NeedTracepoint(t)
}

// The program's abort handlers count what the kernel has aborted, and nothing else.
func TestStatCountsWhatTheProgramCounts(t *testing.T) {
	needStat(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O2"})
	for name, args := range map[string][]string{"one process": {"100000"}, "a forking program": {"20000", "3"}} {
		t.Run(name, func(t *testing.T) {
			r, said := runStatCommand(t, append([]string{"--json", "--", program}, args...)...).report(t)
			var all, few, many uint64
			if _, err := fmt.Sscanf(said, "aborts %d short %d long %d", &all, &few, &many); err != nil {
				t.Fatalf("%q: %v", said, err)
			}
			t.Logf("%s%d aborts, %d recorded, %d lost, %.1f s", said, r.Aborts, r.Recorded, r.Lost, r.Seconds)
			within(t, "all", r.Aborts, all)
			if r.Recorded+r.Lost < r.Aborts || r.Unplaced > 0 {
				t.Errorf("%d are recorded and %d lost of %d; %d are nowhere", r.Recorded, r.Lost, r.Aborts, r.Unplaced)
			}
			if r.Lost == 0 {
				within(t, "short", of(r, "spin_short"), few)
				within(t, "long", of(r, "spin_long"), many)
			}
			for _, s := range r.Sections {
				var at, cpus, threads uint64
				for _, n := range s.Instructions {
					at += n
				}
				for _, n := range s.CPUs {
					cpus += n
				}
				for _, th := range s.Threads {
					threads += th.Aborts
				}
				if at != s.Aborts || cpus != s.Aborts || threads != s.Aborts || filepath.Base(s.Source) != "aborts.c" {
					t.Errorf("%s of %s: %d aborts, %d by instruction, %d by CPU, %d by thread", s.Function, s.Source, s.Aborts, at, cpus, threads)
				}
			}
		})
	}
}

// On one CPU the sections' own comparison of the CPU never fails, so that these programs too count
// only the kernel's aborts.
func TestStatAgreesWithProgramsThatCompareTheCPU(t *testing.T) {
	needStat(t)
	taskset := tabletest.NeedTool(t, "taskset")
	for _, c := range []struct {
		source string
		args   []string
		prints string
	}{{"units.c", []string{"20000000"}, "aborts %d "}, {"percpu.c", []string{"8", "20000"}, "aborts %d\n"}} {
		program := tabletest.Build(t, tabletest.Fixture{Source: c.source, Opt: "-O2"})
		r, said := runStatCommand(t, append([]string{"--json", "--", taskset, "-c", "0", program}, c.args...)...).report(t)
		var want uint64
		if n := strings.Index(said, "aborts "); n < 0 {
			t.Fatal(said)
		} else if _, err := fmt.Sscanf(said[n:], c.prints, &want); err != nil {
			t.Fatalf("%q: %v", said, err)
		}
		t.Logf("%s: %d aborts of %d", c.source, r.Aborts, want)
		within(t, c.source, r.Aborts, want)
	}
}

func TestStatCountsInALibraryThatComesAndGoes(t *testing.T) {
	needStat(t)
	library := tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Shape: tabletest.Shared, Opt: "-O2"})
	loader := tabletest.Build(t, tabletest.Fixture{Source: "dlaborts.c", Opt: "-O2"})
	r, said := runStatCommand(t, "--json", "--", loader, library, "500").report(t)
	var want uint64
	if _, err := fmt.Sscanf(said, "aborts %d", &want); err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	within(t, "all", of(r, "spin_short")+of(r, "spin_long"), want)
	mapped, err := filepath.EvalSymlinks(library) // the kernel names files without them
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Sections {
		if s.Module != mapped {
			t.Errorf("a section of %s in %s", s.Function, s.Module)
		}
	}
	if len(r.Sections) != 2 {
		t.Errorf("%d sections, though the library has two, wherever it is loaded", len(r.Sections))
	}
}

func TestStatEndsAsItsProgramDoes(t *testing.T) {
	needStat(t)
	exit7, crash := tabletest.Build(t, tabletest.Fixture{Source: "exit7.c"}), tabletest.Build(t, tabletest.Fixture{Source: "crash.c"})
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"true"}, 0, ""},
		{[]string{exit7}, 7, "the program exited with status 7"},
		{[]string{crash}, 128 + int(syscall.SIGSEGV), "the program was killed by signal segmentation fault"},
		{[]string{"/no/such/program"}, 1, "/no/such/program: no such file or directory"},
		{[]string{"no-such-program-anywhere"}, 1, "executable file not found"},
		{[]string{"--pid", "4194305"}, 1, "no process 4194305 (has it ended?)"},
		{[]string{}, 2, "stat needs one of PROGRAM, --pid PID and -a"},
		{[]string{"-a", "true"}, 2, "stat needs one of"},
		{[]string{"--pid", "-4"}, 2, "not negative"},
	} {
		got := runStatCommand(t, c.args...)
		if got.status != c.status || !strings.Contains(got.err, c.says) {
			t.Errorf("%q ends with status %d and %q, not %d and %q", c.args, got.status, got.err, c.status, c.says)
		}
	}
}

// startAborting starts aborts.c for ever, or until the test ends.
func startAborting(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O2"}), "1000000000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd
}

func TestStatCountsAProcessThatRunsAndTheMachine(t *testing.T) {
	needStat(t)
	cmd := startAborting(t)
	pid := cmd.Process.Pid
	for _, args := range [][]string{{"--pid", fmt.Sprint(pid)}, {"-a"}} {
		r, _ := runStatCommand(t, append(args, "--json", "--duration", "500ms")...).report(t)
		if of(r, "spin_short") == 0 || of(r, "spin_long") == 0 {
			t.Errorf("%q: %d and %d aborts", args, of(r, "spin_short"), of(r, "spin_long"))
		}
		for _, s := range r.Sections {
			for _, th := range s.Threads {
				if args[0] == "--pid" && th.PID != pid {
					t.Errorf("%q counts process %d", args, th.PID)
				}
				if th.PID == pid && th.Name != "aborts" {
					t.Errorf("%q calls thread %d %q", args, th.TID, th.Name)
				}
			}
		}
	}
	// It ends when the process does.
	watching := exec.Command(tabletest.Command(t), "stat", "--pid", fmt.Sprint(pid), "--live")
	errs, err := watching.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := watching.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 1)
	if _, err := io.ReadFull(errs, first); err != nil { // the first of the lines each second
		t.Error(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	rest, _ := io.ReadAll(errs)
	if err := watching.Wait(); err != nil {
		t.Error(err)
	}
	if line := string(first) + string(rest); !strings.HasPrefix(line, "rseqstep: ") || !strings.Contains(line, " aborts in ") {
		t.Errorf("the lines each second are %q", line)
	}
}

func TestAnInterruptEndsTheRecordingWithASummary(t *testing.T) {
	needStat(t)
	cmd := startAborting(t)
	watching := exec.Command(tabletest.Command(t), "stat", "--pid", fmt.Sprint(cmd.Process.Pid), "--live")
	errs, err := watching.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	watching.Stdout = &out
	if err := watching.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(errs, make([]byte, 1)); err != nil {
		t.Error(err)
	}
	watching.Process.Signal(os.Interrupt)
	io.Copy(io.Discard, errs)
	if err := watching.Wait(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "spin_long+") || !strings.Contains(out.String(), " aborts in ") {
		t.Errorf("the summary is %q", out.String())
	}
}

func TestPprofReadsTheProfile(t *testing.T) {
	needStat(t)
	goTool := tabletest.NeedTool(t, "go")
	for _, c := range []struct {
		flag, option string
		callers      []string
	}{
		// The sections are in functions that call none, and so have no frame of their own: their caller is left out.
		{"-fno-omit-frame-pointer", "--html=/dev/null", []string{" main\n"}},
		{"-fomit-frame-pointer", "--dwarf-stacks", []string{" count\n", " main\n"}},
	} {
		t.Run(c.flag, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "aborts.pb.gz")
			program := tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O1", Flags: []string{c.flag}})
			if got := runStatCommand(t, c.option, "--pprof", file, "--", program, "200"); got.status != 0 {
				t.Fatal(got)
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			text, err := exec.CommandContext(ctx, goTool, "tool", "pprof", "-top", "-cum", file).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			for _, want := range append([]string{"Type: aborts", " spin_short\n", " spin_long\n"}, c.callers...) {
				if !strings.Contains(string(text), want) {
					t.Errorf("pprof does not show %q:\n%s", want, text)
				}
			}
		})
	}
}

// A user without privileges reads what is missing.
func TestStatWithoutPrivilegesSaysWhatIsMissing(t *testing.T) {
	tabletest.NeedRoot(t)
	needStat(t)
	const nobody = 65534
	dir, err := os.MkdirTemp("/tmp", "rseqstep-stat-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	bin, err := os.ReadFile(tabletest.Command(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(filepath.Join(dir, "rseqstep"), bin, 0o755)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"stat", "true"}, {"stat", "-a", "-d", "1ms"}} {
		cmd := exec.Command(filepath.Join(dir, "rseqstep"), args...)
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		got := runToEnd(t, cmd)
		if got.status != 1 || !strings.Contains(strings.ToLower(got.err), "run as root") && !strings.Contains(got.err, "CAP_PERFMON") || strings.Contains(got.err, "internal error") {
			t.Errorf("%q ends with status %d and %q", args, got.status, got.err)
		}
		t.Log(got.err)
	}
}

// The sections of aborts.c are aborted by a signal. Those of units.c, on one CPU and without signals,
// are preempted, or wait for a page.
func TestStatTellsCauses(t *testing.T) {
	needStat(t)
	taskset := tabletest.NeedTool(t, "taskset")
	sum := func(r stat.JSON) map[string]uint64 {
		out := map[string]uint64{}
		for _, s := range r.Sections {
			var all uint64
			for cause, n := range s.Causes {
				out[cause] += n
				all += n
			}
			if all != s.Aborts {
				t.Errorf("%s: %d causes of %d aborts", s.Function, all, s.Aborts)
			}
		}
		return out
	}
	r, _ := runStatCommand(t, "--json", "--cause", "--", tabletest.Build(t, tabletest.Fixture{Source: "aborts.c", Opt: "-O2"}), "10000").report(t)
	if causes := sum(r); causes["signal"]*10 < r.Recorded*9 {
		t.Errorf("of %d aborts by a signal the causes are %v", r.Recorded, causes)
	}
	r, _ = runStatCommand(t, "--json", "--cause", "--", taskset, "-c", "0", tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}), "50000000").report(t)
	if causes := sum(r); causes["signal"]+causes["migrated"] > 0 || r.Recorded > 20 && causes["preempted"]*2 < r.Recorded {
		t.Errorf("of %d aborts on one CPU the causes are %v", r.Recorded, causes)
	} else {
		t.Logf("on one CPU: %v", causes)
	}
}
