package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/table/tabletest"
)

// charge is a program that runs by itself, with the test as the shell that started it.
// A line on its standard input ends it.
type charge struct {
	t   *testing.T
	pid int
	in  io.WriteCloser
	out *bufio.Reader
	cmd *exec.Cmd
}

// startCharge starts a program and waits for its first line.
func startCharge(t *testing.T, program string, args ...string) *charge {
	t.Helper()
	c := &charge{t: t, cmd: exec.Command(program, args...)}
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.pid, c.in, c.out = c.cmd.Process.Pid, in, bufio.NewReader(out)
	t.Cleanup(func() { _ = c.cmd.Process.Kill(); _ = c.cmd.Wait() })
	if _, err := c.out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return c
}

// waits returns what waitpid reports to a shell, with a time limit.
func (c *charge) waits(options int) unix.WaitStatus {
	c.t.Helper()
	var ws unix.WaitStatus
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if got, err := unix.Wait4(c.pid, &ws, options|unix.WNOHANG, nil); err != nil {
			c.t.Fatal(err)
		} else if got == c.pid {
			return ws
		}
	}
	c.t.Fatalf("process %d: nothing to wait for", c.pid)
	return 0
}

// ends ends the program and checks its sums.
func (c *charge) ends() {
	c.t.Helper()
	if _, err := io.WriteString(c.in, "\n"); err != nil {
		c.t.Fatal(err)
	}
	line, _ := c.out.ReadString('\n')
	if ws := c.waits(0); line != "rounds right\n" || !ws.Exited() || ws.ExitStatus() != 0 {
		c.t.Errorf("printed %q, ended with %#x", line, ws)
	}
}

// TestJobControlIsSeenAsWithoutADebugger: waitpid reports every stop and every
// continuation to a shell, while the program runs and while it is stepped.
func TestJobControlIsSeenAsWithoutADebugger(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "signals.c")
	for name, commands := range map[string][]string{
		"running":  {"continue"},
		"stepped":  {"thread 1", "stepi 100000000"},
		"by lines": {"thread 1", "next 100000000"},
	} {
		t.Run(name, func(t *testing.T) {
			c := startCharge(t, program, "runs")
			var out bytes.Buffer
			d := startAttach(t, bin, &out, c.pid, append([]string{"handle SIGSTOP SIGTSTP SIGCONT nostop noprint pass"}, commands...)...)
			for round := range 3 {
				if err := unix.Kill(c.pid, unix.SIGSTOP); err != nil {
					t.Fatal(err)
				}
				if ws := c.waits(unix.WUNTRACED); !ws.Stopped() || ws.StopSignal() != unix.SIGSTOP {
					t.Fatalf("round %d: %#x", round, ws)
				}
				if err := unix.Kill(c.pid, unix.SIGCONT); err != nil {
					t.Fatal(err)
				}
				if ws := c.waits(unix.WCONTINUED); !ws.Continued() {
					t.Fatalf("round %d: %#x", round, ws)
				}
			}
			if err := d.Process.Signal(unix.SIGTERM); err != nil { // lets the program go
				t.Fatal(err)
			}
			_ = d.Wait()
			c.ends()
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}

// startAttach attaches a debugger in the background and waits until it is there.
func startAttach(t *testing.T, bin string, out *bytes.Buffer, pid int, commands ...string) *exec.Cmd {
	t.Helper()
	args := []string{"attach", "--batch"}
	for _, c := range commands {
		args = append(args, "-e", c)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	d := exec.CommandContext(ctx, bin, append(args, fmt.Sprint(pid))...)
	d.Stdout, d.Stderr = out, out
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if strings.Contains(string(b), fmt.Sprintf("TracerPid:\t%d\n", d.Process.Pid)) {
			return d
		}
		// The tracer is a thread of the debugger.
		if i := strings.Index(string(b), "TracerPid:\t"); i >= 0 && !strings.HasPrefix(string(b)[i:], "TracerPid:\t0\n") {
			return d
		}
		if time.Now().After(end) {
			t.Fatal("the debugger does not attach")
		}
	}
}

// TestALeaderlessProcessIsRefusedUnharmed: rseqstep refuses to attach to a process
// whose main thread has ended while others live; it says so, and the process runs on.
func TestALeaderlessProcessIsRefusedUnharmed(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "procs.c")
	c := startCharge(t, program, "leader")
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid)); strings.Contains(string(b), "State:\tZ") {
			break
		}
	}
	out, err := exec.Command(bin, "attach", "--batch", fmt.Sprint(c.pid)).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "its main thread has ended") {
		t.Errorf("%v\n%s", err, out)
	}
	c.ends()
}

// TestAProgramKilledAtAnyMomentIsReported: SIGKILL from outside in the middle of
// steps, units, quiet phases and journeys, each time at another moment.
func TestAProgramKilledAtAnyMomentIsReported(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "signals.c")
	for name, commands := range map[string][]string{
		"stepi":      {"stepi 100000000"},
		"inside":     {"set inside on", "stepi 100000000"},
		"next":       {"next 100000000"},
		"breakpoint": {"break work if 0", "continue"},
		"continue":   {"continue"},
	} {
		t.Run(name, func(t *testing.T) {
			for range tabletest.Rounds(t, 1, 5) {
				c := startCharge(t, program, "runs")
				var out bytes.Buffer
				d := startAttach(t, bin, &out, c.pid, append([]string{"thread 1"}, commands...)...)
				time.Sleep(time.Duration(rand.IntN(60_000)) * time.Microsecond)
				if err := unix.Kill(c.pid, unix.SIGKILL); err != nil {
					t.Fatal(err)
				}
				_ = d.Wait() // with the program's status, or an error for the next command
				if ws := c.waits(0); !ws.Signaled() || ws.Signal() != unix.SIGKILL {
					t.Errorf("the program ended with %#x", ws)
				}
				text := out.String()
				told := strings.Contains(text, "Program terminated with signal SIGKILL, Killed.")
				if !told && !strings.Contains(text, "no such process") || strings.Contains(text, "internal") || strings.Contains(text, "panic") {
					t.Errorf("%v\n%s", d.ProcessState, text)
				}
			}
		})
	}
}

// TestPrivilegedProgramsAreLaunchedWithoutPrivilegesOrRefused: an ordinary user's
// debugger runs a set-user-ID program without its privileges and says so, and may
// not attach to one that has them.
func TestPrivilegedProgramsAreLaunchedWithoutPrivilegesOrRefused(t *testing.T) {
	tabletest.NeedPtrace(t)
	const nobody = 65534
	tabletest.NeedRoot(t)
	dir, err := os.MkdirTemp("", "setuid")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	bin, program := filepath.Join(dir, "rseqstep"), filepath.Join(dir, "privileged")
	for to, from := range map[string]string{bin: tabletest.Command(t), program: buildThreaded(t, "signals.c")} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, b, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dir, bin, program} {
		mode := os.FileMode(0o755)
		if path == program {
			mode |= os.ModeSetuid
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	as := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir}
		return cmd
	}
	out, err := as(bin, "--batch", "-e", "handle SIGUSR1 nostop", "-e", "break work", "-e", "run", "-e", "info proc", "-e", "delete", "-e", "continue", program, "altstack").CombinedOutput()
	l := lived{string(out), err}
	l.wants(t, "set-user-ID or set-group-ID: traced, it runs without those privileges")
	l.wants(t, "altstack 2 v 4\n", "exited normally]")

	cmd := as(program, "runs")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stdout = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	out, err = as(bin, "attach", "--batch", fmt.Sprint(cmd.Process.Pid)).CombinedOutput()
	if err == nil || !slices.ContainsFunc([]string{"changed its privileges", "ptrace_scope"}, func(s string) bool { return strings.Contains(string(out), s) }) {
		t.Errorf("attached: %v\n%s", err, out)
	}
	_ = in.Close()
}
