package gdbscripts

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// gdbScript runs gdb with our script sourced and then a file of gdb commands,
// or a Python one, and returns what it prints on both streams.
func gdbScript(t testing.TB, name, script string, env []string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), tabletest.Patience(10*time.Minute))
	defer cancel()
	// Separate debug information is big and, for these tests, of no use.
	cmd := exec.CommandContext(ctx, tabletest.NeedTool(t, "gdb"), append([]string{"-nx", "-q", "-batch",
		"-iex", "set debug-file-directory /nonexistent", "-iex", "set startup-with-shell off", "-iex", "set width 0",
		"-x", "rseqstep.py", "-x", path}, args...)...)
	cmd.Env = append(os.Environ(), append(env, "PYTHONDONTWRITEBYTECODE=1", "NO_COLOR=1")...)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Traceback (most recent call last)") {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// gdb runs gdb with these commands, one a line, on a program.
func gdb(t testing.TB, commands string, args ...string) string {
	t.Helper()
	return tabletest.OnceRound(t, func() string { return gdbScript(t, "commands.gdb", commands, nil, args...) })
}

// wantInOrder fails the test unless the text has all of these, one after the other.
func wantInOrder(t testing.TB, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		i := strings.Index(rest, p)
		if i < 0 {
			t.Errorf("%s is missing, or not in its place, in\n%s", fmt.Sprintf("%q", p), text)
			return
		}
		rest = rest[i+len(p):]
	}
}

// build runs a compiler.
func build(t testing.TB, compiler string, args ...string) {
	t.Helper()
	if out, err := exec.Command(tabletest.NeedTool(t, compiler), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", compiler, args, err, out)
	}
}
