package perf

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

func TestATracefsWithoutUprobesIsNamed(t *testing.T) {
	if _, err := NewUprobes(t.TempDir()); !errors.Is(err, ErrNoUprobes) {
		t.Error(err)
	}
}

// The probes of a maker that was killed are removed by the next one; those of a maker that lives are
// not.
func TestProbesOfAKilledMakerAreRemoved(t *testing.T) {
	root := tabletest.NeedUprobes(t)
	list, err := os.OpenFile(filepath.Join(root, "uprobe_events"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	define := func(pid int) string {
		group := fmt.Sprintf("%s%d", groupPrefix, pid)
		if _, err := fmt.Fprintf(list, "p:%s/p0 %s:0x1000\n", group, self); err != nil {
			t.Fatal(err)
		}
		return group + "/p0"
	}
	dead, alive := define(ended.Process.Pid), define(os.Getppid())
	defer fmt.Fprintf(list, "-:%s\n", alive)
	if _, err := NewUprobes(root); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "uprobe_events"))
	if err != nil || strings.Contains(string(text), dead+" ") || !strings.Contains(string(text), alive+" ") {
		t.Errorf("%v\n%s has gone: %s", err, dead, text)
	}
}
