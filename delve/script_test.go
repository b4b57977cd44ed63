package delve

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// console runs a stock dlv on its native backend with lines typed at its
// prompt, and returns what it printed.
func console(t *testing.T, program []string, lines ...string) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return tabletest.OnceRound(t, func() string { return typedAt(t, program, lines) })
}

func typedAt(t *testing.T, program, lines []string) string {
	t.Helper()
	typed := filepath.Join(t.TempDir(), "typed")
	if err := os.WriteFile(typed, []byte(strings.Join(lines, "\n")+"\nexit\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"exec", "--allow-non-terminal-interactive=true", "--init", typed, program[0], "--"}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, tabletest.Dlv(t), append(args, program[1:]...)...)
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1") // its thread may still be taken away at a call
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// sourced is the line that loads the script, written out as a user's copy is.
func sourced(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rseqstep.star")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := WriteScript(f); err != nil {
		t.Fatal(err)
	}
	return "source " + path
}

// toNanotime leads main's goroutine to runtime.nanotime1.
func toNanotime() []string {
	return []string{"break main.elapsed", "continue", "clear 1", "break runtime.nanotime1", "cond 2 runtime.curg.goid == 1", "continue", "clear 2"}
}

func TestTheScriptPassesTheVDSOAgainAndAgain(t *testing.T) {
	since := []string{program(t, "gosince"), "1000000"}
	out := console(t, since, append(append([]string{sourced(t)}, toNanotime()...), "step-instruction 3000")...)
	if n := strings.Count(out, "vdso: the function called from runtime.nanotime1"); n < 5 {
		t.Errorf("the vDSO was left %d times in 3,000 steps:\n%s", n, out)
	}
	if !strings.Contains(out, "\n=>\t0x") {
		t.Errorf("the next instruction is not shown:\n%s", out)
	}
}

// Without it the sequence count has changed at every look.
func TestWithoutTheScriptTheVDSOIsNeverLeft(t *testing.T) {
	lines := toNanotime()
	steps := tabletest.Rounds(t, 1000, 3000)
	for range steps {
		lines = append(lines, "step-instruction")
	}
	out := console(t, []string{program(t, "gosince"), "1000000"}, lines...)
	if n := strings.Count(out[strings.LastIndex(out, "> runtime.nanotime1()"):], "Stopped at: 0x7f"); n < steps-100 {
		t.Errorf("only the last %d of %d steps are in the vDSO", n, steps)
	}
}

func TestTheScriptRunsSectionsAsUnits(t *testing.T) {
	tabletest.NeedTool(t, "gcc")
	out := console(t, []string{tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Opt: "-O0", Shape: tabletest.NoPIE})},
		sourced(t), "break main.main", "break main", "continue", "rseq", "si 400", "continue")
	if !regexp.MustCompile(`(?m)^\[0x[0-9a-f]+,0x[0-9a-f]+\)  abort 0x`).MatchString(out) {
		t.Errorf("rseq lists no section:\n%s", out)
	}
	if n := strings.Count(out, " committed\n"); n != 1 || !strings.Contains(out, "attempts 1\n") {
		t.Errorf("%d commits:\n%s", n, out)
	}
}

// A system call that another thread is to end: Delve's own step would hold that
// thread, and wait for ever. The other thread passes the same syscall instruction
// meanwhile, in syscall(2) and in the one place where glibc 2.41 and later have
// all calls that can be cancelled: a breakpoint behind it is met by that thread,
// while the PC of the one that waits is there already.
func TestTheScriptPassesASystemCallThatWaitsForAnotherThread(t *testing.T) {
	tabletest.NeedTool(t, "gcc")
	program := tabletest.Build(t, tabletest.Fixture{Source: "callwait.c", Opt: "-O0", Shape: tabletest.NoPIE})
	for mode, place := range map[string]struct{ line, ends string }{"read": {"99", "read 1 "}, "futex": {"101", "futex "}} {
		t.Run(mode, func(t *testing.T) {
			out := console(t, []string{program, mode},
				sourced(t), "break callwait.c:"+place.line, "continue", "clearall", "si 1500", "continue")
			if !strings.Contains(out, place.ends) {
				t.Errorf("the call has not come to its end:\n%s", out)
			}
		})
	}
}
