package delve

import (
	"os"
	"path/filepath"
	"testing"

	"rseqstep/table/tabletest"
)

// A dlv that is told of no server looks for lldb-server on PATH: what it finds
// there under that name serves it as Delve, not as lldb.
func TestDelveFindsUsOnPATH(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	dir := t.TempDir()
	if err := os.Symlink(tabletest.Command(t), filepath.Join(dir, LLDBServerName)); err != nil {
		t.Fatal(err)
	}
	restarts(t, way{name: "PATH", command: []string{tabletest.Dlv(t), "--backend=lldb"}, env: []string{"PATH=" + dir + ":" + os.Getenv("PATH"), PathVariable + "="}})
}

// The test binary has Delve in it, and is no Delve's child.
func TestWhoHasStartedUs(t *testing.T) {
	if IsParent() {
		t.Error("the process that runs the tests is taken for Delve")
	}
}
