package gdbscripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// patience is how long gdb may take for one script: a hang is a failure.
const patience = 2 * time.Minute

// server is the program that `rseq on` runs.
func server(t *testing.T) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return tabletest.Command(t)
}

// switching is the beginning of a script that may say `rseq on`.
func switching(bin string) string { return "set confirm off\nset rseq binary " + bin + "\n" }

func scriptFile(t *testing.T, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// alive reports whether a process is there and not a zombie.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return rest != "" && rest[0] != 'Z' && rest[0] != 'X'
}

// gone waits until a process is no longer alive.
func gone(pid string) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if !alive(pid) {
			return true
		}
	}
	return false
}
