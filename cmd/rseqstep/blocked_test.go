package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/table/tabletest"
)

// TestSteppingAThreadThatIsBlockedLetsTheOthersReleaseIt: after an attach in a system
// call, the first step makes the call again. Its end may depend on other threads, and
// Ctrl-C must end the wait.
func TestSteppingAThreadThatIsBlockedLetsTheOthersReleaseIt(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "blocked.c")
	for thread, name := range map[string]string{"1": "read", "2": "mutex", "3": "sleep", "4": "poll"} {
		for _, command := range tabletest.Some(t, 1, []string{"stepi 50", "next 2"}) {
			t.Run(name+" "+command, func(t *testing.T) {
				c := startBlocked(t, program)
				var out bytes.Buffer
				d := startAttach(t, bin, &out, c.pid, "thread "+thread, command, "bt")
				time.Sleep(300 * time.Millisecond) // the command has begun; an earlier interrupt would test less
				if _, err := io.WriteString(c.in, "\n"); err != nil {
					t.Fatal(err)
				}
				if err := d.Wait(); err != nil {
					t.Errorf("the debugger: %v\n%s", err, out.String())
				}
				c.released()
			})
		}
	}
	for name, after := range map[string]time.Duration{"interrupted before it begins": 0, "interrupted": 300 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			c := startBlocked(t, program)
			var out bytes.Buffer
			d := startAttach(t, bin, &out, c.pid, "thread 2", "stepi 50", "bt")
			time.Sleep(after)
			if err := d.Process.Signal(unix.SIGINT); err != nil {
				t.Fatal(err)
			}
			_ = d.Wait()
			if d.ProcessState.ExitCode() != 130 || !bytes.Contains(out.Bytes(), []byte("SIGINT")) {
				t.Errorf("the debugger: %v\n%s", d.ProcessState, out.String())
			}
			if _, err := io.WriteString(c.in, "\n"); err != nil {
				t.Fatal(err)
			}
			c.released()
		})
	}
}

// startBlocked starts a program, and waits until each of its threads waits in the
// kernel: state S of proc_pid_stat(5).
func startBlocked(t *testing.T, program string) *charge {
	t.Helper()
	c := startCharge(t, program)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		stats, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", c.pid))
		awake := slices.ContainsFunc(stats, func(path string) bool {
			stat, err := os.ReadFile(path)
			return err != nil || !bytes.Contains(stat, []byte(") S "))
		})
		if len(stats) > 0 && !awake {
			return c
		}
	}
	t.Fatal("its threads do not come to wait")
	return nil
}

// released checks that the program has ended as it does alone.
func (c *charge) released() {
	c.t.Helper()
	line, _ := c.out.ReadString('\n')
	if ws := c.waits(0); line != "released\n" || !ws.Exited() || ws.ExitStatus() != 0 {
		c.t.Errorf("printed %q, ended with %#x", line, ws)
	}
}

// TestSteppingOntoAPageThatAnotherThreadProvides: an ordinary instruction may
// wait for another thread as well.
func TestSteppingOntoAPageThatAnotherThreadProvides(t *testing.T) {
	tabletest.NeedUserfaultfd(t)
	bin, program := tabletest.Command(t), buildThreaded(t, "uffd.c")
	for _, command := range []string{"stepi 30", "next"} {
		live(t, bin, []string{"break reach", "run", command, "continue"}, program).wants(t, "Breakpoint 1, reach", "provided", "exited normally")
	}
}
