package delve

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// waits starts a process whose command line begins with name, a path that no
// other process has, and which waits for a line.
func waits(t *testing.T, name string) (pid int) {
	t.Helper()
	if err := os.Symlink(tabletest.Build(t, tabletest.Fixture{Source: "blocked.c", Flags: []string{"-pthread"}}), name); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd.Process.Pid
}

// As Delve's own search does: it takes a process that is there already, and
// waits for one that is not.
func TestWaitForFindsAProcessThatIsThereAlready(t *testing.T) {
	for _, late := range []bool{false, true} {
		name := filepath.Join(t.TempDir(), "waited-for")
		w := WaitFor{Name: name, Interval: time.Millisecond}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		type found struct {
			pid int
			err error
		}
		result := make(chan found, 1)
		find := func() {
			pid, err := w.Find(ctx)
			result <- found{pid, err}
		}
		if late {
			go find()
		}
		want := waits(t, name)
		if !late {
			find()
		}
		if f := <-result; f.pid != want || f.err != nil {
			t.Errorf("late %v: found process %d, %v; want %d", late, f.pid, f.err, want)
		}
	}
}

// A search ends with its duration, or with the context.
func TestWaitForGivesUp(t *testing.T) {
	w := WaitFor{Name: filepath.Join(t.TempDir(), "nobody"), Interval: time.Millisecond, Duration: 10 * time.Millisecond}
	if pid, err := w.Find(context.Background()); pid != 0 || err == nil {
		t.Errorf("found %d, %v", pid, err)
	}
}
