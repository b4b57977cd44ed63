package delve

import (
	"context"
	"debug/elf"
	"fmt"
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

// Delve's native backend never leaves the vDSO: the sequence count has changed at every look.
func TestDelvesOwnBackendNeverLeavesTheVDSO(t *testing.T) {
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

// commitStore is the address of a program's label in its section.
func commitStore(t *testing.T, program string) uint64 {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	for _, s := range symbols {
		if s.Name == "commit_store" {
			return s.Value
		}
	}
	t.Fatalf("%s has no commit_store (%v)", program, err)
	return 0
}

func TestTheScriptListsSectionsAndWhoStandsInside(t *testing.T) {
	tabletest.NeedTool(t, "gcc")
	program := tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Shape: tabletest.NoPIE, Flags: []string{"-pthread"}})
	out := console(t, []string{program, "1", "3"}, sourced(t), "break main", "continue", "rseq", "clearall", fmt.Sprintf("break *%#x", commitStore(t, program)), "continue", "rseq")
	if !regexp.MustCompile(`(?m)^\[0x[0-9a-f]+,0x[0-9a-f]+\)  abort 0x`).MatchString(out) {
		t.Errorf("rseq lists no section:\n%s", out)
	}
	if !strings.Contains(out, "in place of") || !regexp.MustCompile(`(?m)^thread \d+ \(no goroutine\): 0x[0-9a-f]+, inside C\.compare_and_store`).MatchString(out) {
		t.Errorf("no thread is shown inside, or nothing is said of \"rseqstep dlv\":\n%s", out)
	}
}
