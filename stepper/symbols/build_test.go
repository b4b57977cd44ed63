package symbols

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// compile builds one of testdata's sources and returns the program's path.
func compile(t testing.TB, source string, flags ...string) string {
	t.Helper()
	cc := "gcc"
	if filepath.Ext(source) == ".cc" {
		cc = "g++"
	}
	src, err := filepath.Abs(filepath.Join("testdata", source))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(source, filepath.Ext(source)))
	for _, f := range flags {
		if linker, ok := strings.CutPrefix(f, "-fuse-ld="); ok {
			tabletest.NeedTool(t, "ld."+linker)
		}
	}
	args := append([]string{"-g", "-o", out, src}, flags...)
	if p, err := exec.Command(tabletest.NeedTool(t, cc), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", cc, args, err, p)
	}
	return out
}

// buildGo builds a Go program and returns its path.
func buildGo(t testing.TB, source string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), strings.TrimSuffix(source, ".go"))
	cmd := exec.Command(tabletest.NeedTool(t, "go"), "build", "-o", out, filepath.Join("testdata", source))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if p, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, p)
	}
	return out
}

// gdb runs commands in gdb and returns what it printed.
func gdb(t testing.TB, program string, commands ...string) string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "script")
	text := "set confirm off\nset pagination off\nset width 0\nset breakpoint pending off\n" + strings.Join(commands, "\n") + "\n"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-batch", "-x", script, program)
	p, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, p)
	}
	return string(p)
}

// alone is a Set of one file at its link-time addresses.
func alone(t testing.TB, path string) *Set {
	t.Helper()
	s := New(Options{DebugDirs: []string{filepath.Join(t.TempDir(), "none")}})
	s.Reload([]*table.Module{{Path: path, Low: 0, High: 1 << 40}})
	if err := s.Problem(path); err != nil {
		t.Fatal(err)
	}
	return s
}

// builds are the builds of every C and C++ test program: each DWARF version
// with each level of optimisation, each level with each kind of executable.
func builds(t testing.TB) [][]string {
	t.Helper()
	return tabletest.Some(t, 1, [][]string{
		{"-gdwarf-4", "-O0", "-fPIE", "-pie"},
		{"-gdwarf-4", "-O2", "-no-pie"},
		{"-gdwarf-5", "-O0", "-no-pie"},
		{"-gdwarf-5", "-O2", "-fPIE", "-pie"},
	})
}
