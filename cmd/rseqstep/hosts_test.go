package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// A debugger is what is named, or the first on PATH that is not rseqstep itself under its
// name.
func TestWhichDebuggerIsStarted(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first", "second", "third"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file := func(path string, mode os.FileMode) string {
		path = filepath.Join(dir, path)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := os.Symlink(self, filepath.Join(dir, "first", "gdb")); err != nil {
		t.Fatal(err)
	}
	file("second/gdb", 0o600) // cannot be executed
	third, other := file("third/gdb", 0o700), file("other", 0o700)
	t.Setenv("PATH", strings.Join([]string{dir + "/first", dir + "/second", dir + "/third"}, ":"))
	gdb := host{name: "gdb", variable: "RSEQSTEP_GDB", get: "install one"}
	for _, row := range []struct {
		variable, args string
		want, rest     string
	}{
		{"", "", third, ""},
		{"", "-q x", third, "-q x"},
		{"", "--gdb " + other + " -q", other, "-q"},
		{"", "--gdb=" + other + " -q", other, "-q"},
		{other, "-q", other, "-q"},
		{other, "--gdb gdb -q", third, "-q"},
		{"", "-q --gdb " + other + " -x y", other, "-q -x y"},
		{"", "-q --gdb=" + other + " x", other, "-q x"},
		{"", "-q --args prog --gdb x", third, "-q --args prog --gdb x"},
		{"", "--gdb nosuch", "nosuch: there is no such program (--gdb); install one", ""},
		{dir + "/first/gdb", "", "there is no such program (RSEQSTEP_GDB)", ""},
		{"", "--gdb", "needs the path", ""},
	} {
		t.Setenv("RSEQSTEP_GDB", row.variable)
		named, rest, err := gdb.named(strings.Fields(row.args))
		path := ""
		if err == nil {
			path, err = gdb.find(named)
		}
		if err != nil && strings.Contains(err.Error(), row.want) {
			continue
		}
		if err != nil || path != row.want || strings.Join(rest, " ") != row.rest {
			t.Errorf("%q %q: %s, %q, %v", row.variable, row.args, path, rest, err)
		}
	}
}

// A gdb that cannot load the script says so and ends; it does not go on without it.
func TestAGDBThatCannotBeUsedSaysSo(t *testing.T) {
	gdb := tabletest.NeedTool(t, "gdb")
	for name, additions := range map[string]string{
		"without Python": "--data-directory=/nonexistent",
		"too old":        `-iex "python gdb.VERSION = '11.2'"`,
	} {
		t.Run(name, func(t *testing.T) {
			script := filepath.Join(t.TempDir(), "other")
			if err := os.WriteFile(script, []byte("#!/bin/sh\nexec "+gdb+" "+additions+" \"$@\"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(tabletest.Command(t), "gdb", "-nx", "-q", "-batch", "-ex", "echo it went on\\n")
			cmd.Env = append(os.Environ(), "RSEQSTEP_GDB="+script, "XDG_DATA_HOME="+t.TempDir())
			out, _ := cmd.CombinedOutput()
			if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "cannot load the script") || strings.Contains(string(out), "it went on") {
				t.Errorf("%v\n%s", cmd.ProcessState, out)
			}
		})
	}
}
