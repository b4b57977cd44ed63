package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// hostLLDB is what `rseqstep lldb` prints for commands.
func hostLLDB(t *testing.T, commands []string, args ...string) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	tabletest.NeedTool(t, "lldb")
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("settings set symbols.enable-external-lookup false\n"+strings.Join(commands, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return tabletest.OnceRound(t, func() string {
		cmd := exec.Command(tabletest.Command(t), append([]string{"lldb", "--no-lldbinit", "--batch", "--no-use-colors", "--source", script}, args...)...)
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir())
		limit := time.AfterFunc(tabletest.Patience(2*time.Minute), func() { _ = cmd.Process.Kill() })
		defer limit.Stop()
		out, _ := cmd.CombinedOutput()
		return string(out)
	})
}

func TestLLDBByRseqstepPassesTheSeedLoop(t *testing.T) {
	seed := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	for _, how := range tabletest.Some(t, 1, []string{"next", "step", "thread step-inst", "thread step-inst-over"}) {
		commands := []string{"breakpoint set --file seed.c --line 17", "run"}
		for range 80 {
			commands = append(commands, how)
		}
		// Its steps may end with the program.
		out := hostLLDB(t, append(commands, "process kill", "breakpoint delete -f", "run", "process status"), seed)
		wanted(t, "lldb, "+how, out, `stop reason = breakpoint 1\.1`, `-> 18|attempts \d`, `attempts \d`, `exited with status = 0`)
	}
}

// A breakpoint in a section of four threads, hit or with a condition that never holds,
// costs no update.
func TestLLDBByRseqstepLosesNoUpdate(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}})
	out := hostLLDB(t, []string{"breakpoint set --name commit_store --condition '$rsp == 0'", "breakpoint set --one-shot true --name commit_store",
		"run", "thread backtrace", "continue"}, "--", program, "4", "50")
	wanted(t, "lldb", out, `stop reason = breakpoint`, `compare_and_store`, `sum 200 of 200`, `exited with status = 0`)
}

func TestLLDBByRseqstepAttachesAndLaunches(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "host.cc", Flags: []string{"-pthread"}})
	waits := exec.Command(program, "wait")
	if err := waits.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = waits.Process.Kill() // it may have ended
		_ = waits.Wait()
	}()
	out := hostLLDB(t, []string{"process status", "expression over = 1", "process detach"}, "-p", fmt.Sprint(waits.Process.Pid))
	wanted(t, "lldb", out, `stop reason = signal SIGSTOP`, `Process \d+ detached`)
	if _ = waits.Wait(); waits.ProcessState.ExitCode() != 7 {
		t.Errorf("the process does not go on: %v\n%s", waits.ProcessState, out)
	}
	out = hostLLDB(t, []string{"breakpoint set --name add", "settings set target.env-vars WORDS=here", "run", "finish", "frame variable how", "process kill", "breakpoint delete -f", "run"},
		"--", program, "one", "two words")
	wanted(t, "lldb", out, `stop reason = breakpoint 1\.1`, `Return value: \(int\) \S+ = 7`, `"one"`, "argument 2 two words", "WORDS here", `exited with status = 7`)
}

// TestLLDBByRseqstepOnATerminal is a user's session.
func TestLLDBByRseqstepOnATerminal(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedTool(t, "lldb")
	program := tabletest.Build(t, tabletest.Fixture{Source: "host.cc", Flags: []string{"-pthread"}})
	x := atTerminal(t, "(lldb) ", tabletest.Command(t), "lldb", "--no-lldbinit", "--no-use-colors", "--", program, "wait")
	// lldb drops what is typed while it makes its prompt anew: the first letters, or all.
	says := func(command, wanted string) {
		t.Helper()
		x.types(command + "\r")
		for try := 0; !x.shows(wanted); try++ {
			if try == 10 {
				t.Fatalf("%s: %q is not shown in\n%s", command, wanted, x.shown())
			}
			x.types("\r" + command + "\r")
		}
	}
	x.expect("run-args")
	for range 2 {
		says("run", "terminals 1 1 1")
		x.types("\x03")
		x.expect("stop reason = signal SIGSTOP", "stop reason = signal SIGINT")
		says("   thread backtrace", "main(argc=2")
		says("   process kill", "exited with status = 9")
	}
	x.types("\rquit\r")
	x.end()
}
