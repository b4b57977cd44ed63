package gdbscripts

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// hostGDB is the command `rseqstep gdb` with these arguments for gdb.
func hostGDB(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	bin := server(t)
	tabletest.NeedTool(t, "gdb")
	cmd := exec.Command(bin, append([]string{"gdb", "-nx", "-q", "-iex", "set debug-file-directory /nonexistent", "-iex", "set width 0", "-iex", "set confirm off"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+t.TempDir(), "NO_COLOR=1", "PYTHONDONTWRITEBYTECODE=1")
	return cmd
}

// hostProgram is a C++ program as people debug it.
func hostProgram(t *testing.T) string {
	t.Helper()
	return tabletest.Build(t, tabletest.Fixture{Source: "host.cc", Flags: []string{"-pthread"}})
}

// counterProgram loses updates where a debugger disturbs its sections.
func counterProgram(t *testing.T) string {
	t.Helper()
	return tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}})
}

// hostOnTerminal starts `rseqstep gdb` as the leader of a session on a new
// pseudo-terminal. See pty(7).
func hostOnTerminal(t *testing.T, args ...string) *console {
	t.Helper()
	master, slave := tabletest.Terminal(t)
	defer slave.Close()
	c := &console{t: t, in: master, cmd: hostGDB(t, args...)}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.Env = append(c.cmd.Env, "TERM=xterm")
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	c.start(master)
	return c
}

// combined runs a command for as long as patience lasts, and returns what it prints on
// both streams and its exit status in words.
func combined(cmd *exec.Cmd) (said, status string) {
	cmd.WaitDelay = time.Second // for programs that it leaves behind
	limit := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.String()
}

// waiting starts hostProgram, and returns its id once it waits.
func waiting(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.Command(program, "wait")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if wchan, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", cmd.Process.Pid)); err == nil && strings.HasPrefix(string(wchan), "230 ") { // clock_nanosleep
			return strconv.Itoa(cmd.Process.Pid)
		}
	}
	t.Fatal("it does not wait")
	return ""
}
