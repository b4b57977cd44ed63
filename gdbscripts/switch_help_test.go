package gdbscripts

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// patience is how long gdb may take for one script: a hang is a failure.
var patience = tabletest.Patience(2 * time.Minute)

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

// gone waits until a process, as gdb has printed its id, has ended.
func gone(pid string) bool {
	id, err := strconv.Atoi(pid)
	if err != nil {
		return false
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if !tabletest.Running(id) {
			return true
		}
	}
	return false
}
