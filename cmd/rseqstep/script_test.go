package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"rseqstep": func() {
			runtime.LockOSThread()
			os.Exit(run(newEnv(), os.Args[1:]))
		},
		"noptrace": noPtrace, "norseq": noRseq, "nocapability": noCapability, "secretive": secretive,
	})
}

// TestScripts runs testdata/script. A script that needs a fixture names it in its first
// line, "# fixtures: seed vdso", and finds the program's path in the variable of the
// same name in capitals, with _ for what a variable's name cannot have.
func TestScripts(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	scripts = tabletest.Some(t, 6, scripts)
	built := map[string]string{}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		names, ok := strings.CutPrefix(first, "# fixtures:")
		if !ok {
			continue
		}
		for _, name := range strings.Fields(names) {
			if built[name] == "" {
				source, strip := strings.CutSuffix(name, "-stripped")
				source, fixed := strings.CutSuffix(source, "-nopie")
				source, shared := strings.CutSuffix(source, "-so")
				f := tabletest.Fixture{Source: source + ".c"}
				if strings.HasSuffix(source, ".cc") {
					f.Source = source
				}
				if shared {
					f.Shape = tabletest.Shared
				}
				if strip {
					f.Strip = tabletest.StripAll
				}
				if fixed {
					f.Shape = tabletest.NoPIE
				}
				if source == "percpu" || source == "threads" || source == "counter" || source == "wrongloop" {
					f.Flags = []string{"-pthread"}
				}
				built[name] = tabletest.Build(t, f)
			}
		}
	}
	testscript.Run(t, testscript.Params{
		Files: scripts,
		Setup: func(e *testscript.Env) error {
			now := time.Now()
			for name, path := range built {
				// A fixture from the cache may be older than a fresh checkout of
				// its source, which would be warned of.
				if err := os.Chtimes(path, now, now); err != nil {
					return err
				}
				e.Setenv(strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name)), path)
			}
			// The program's history file must not be the developer's own.
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("NO_COLOR", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"background": background,
			"alive":      alive,
			"empty":      empty,
			"section":    section,
			"patch":      patch,
			"status":     status,
		},
	})
}

// status runs a program and checks its exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status NUMBER PROGRAM [ARGS...]")
	}
	err, got := ts.Exec(args[1], args[2:]...), 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%q ended with status %d, not %s", args[1:], got, args[0])
	}
}

// background starts a program and puts its process id into the variable PID; it
// is killed at the end of the script.
func background(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: background PROGRAM [ARGS...]")
	}
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	ts.Check(cmd.Start())
	ts.Setenv("PID", strconv.Itoa(cmd.Process.Pid))
	ts.Defer(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	// Attaching is allowed at any moment; waiting for the exec only keeps the
	// frames the same from run to run.
	for n := 0; n < 1000; n++ {
		if exe, err := os.Readlink("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/exe"); err == nil && exe == path {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// alive checks that a process runs, untraced and not stopped.
func alive(ts *testscript.TestScript, neg bool, args []string) {
	b, err := os.ReadFile("/proc/" + args[0] + "/status")
	text := string(b)
	ok := err == nil && strings.Contains(text, "TracerPid:\t0\n") && !strings.Contains(text, "State:\tZ") && !strings.Contains(text, "State:\tT") && !strings.Contains(text, "State:\tt")
	if ok == neg {
		ts.Fatalf("process %s: %v\n%s", args[0], err, text)
	}
}

// section puts the file address of a program's first section into START, and
// that of its second instruction, as stops show it, into SECOND: in all the
// fixtures a compare of 4 bytes is before it.
func section(ts *testscript.TestScript, neg bool, args []string) {
	f, err := table.Open(args[0])
	ts.Check(err)
	if neg || len(f.Sections) == 0 {
		ts.Fatalf("%s has no section", args[0])
	}
	ts.Setenv("START", f.Sections[0].Start.String())
	ts.Setenv("SECOND", fmt.Sprintf("%#016x", uint64(f.Sections[0].Start)+4))
}

// patch changes bytes of a file: patch FILE OFFSET HEX.
func patch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: patch FILE OFFSET HEX")
	}
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	change, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(b[at:], change)
	ts.Check(os.WriteFile(path, b, 0o755))
}

// empty checks that nothing is left in a directory.
func empty(ts *testscript.TestScript, neg bool, args []string) {
	list, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if (len(list) == 0) == neg {
		ts.Fatalf("%s holds %v", args[0], list)
	}
}

func TestDemoWithoutCompilerSaysHowToGetOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CC", "")
	if _, err := findCompiler(); err == nil || !strings.Contains(err.Error(), "apt-get install gcc") {
		t.Errorf("err = %v", err)
	}
}
