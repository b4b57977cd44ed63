package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/table/tabletest"
)

// typist is a user at a program's own terminal, who reads before typing on.
type typist struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	prompt string

	mu   sync.Mutex
	text string // what is shown, without what moves the cursor
	seen int    // how much of it has been waited for
	over chan struct{}
}

// atTerminal starts a program as the leader of a session on a new
// pseudo-terminal. See pty(7).
func atTerminal(t *testing.T, prompt, path string, args ...string) *typist {
	t.Helper()
	master, slave := tabletest.Terminal(t)
	defer slave.Close()
	x := &typist{t: t, master: pollable(t, master), prompt: prompt, over: make(chan struct{}), cmd: exec.Command(path, args...)}
	x.resize(24, 100)
	home := t.TempDir()
	x.cmd.Env = append(os.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8", "HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"), "XDG_CONFIG_HOME="+filepath.Join(home, "config"))
	if os.Getenv("PAGER") == "" {
		x.cmd.Env = append(x.cmd.Env, "PAGER=") // what is typed is for the debugger
	}
	x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = slave, slave, slave
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		x.master.Close()
		x.end()
	})
	go x.read()
	return x
}

// pollable returns f as a file that can be closed during a read. It takes ownership of
// f.
func pollable(t *testing.T, f *os.File) *os.File {
	t.Helper()
	defer f.Close()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

func (x *typist) read() {
	defer close(x.over)
	buf := make([]byte, 4096)
	for {
		n, err := x.master.Read(buf)
		x.mu.Lock()
		x.text += string(buf[:n])
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (x *typist) resize(rows, columns uint16) {
	x.t.Helper()
	raw, err := x.master.SyscallConn()
	if err != nil {
		x.t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	})
	if err := errors.Join(err, failed); err != nil {
		x.t.Fatal(err)
	}
}

// types gives the program what its user types.
func (x *typist) types(keys string) {
	x.t.Helper()
	if _, err := x.master.WriteString(keys); err != nil {
		x.t.Fatalf("%q cannot be typed: %v\n%s", keys, err, x.shown())
	}
}

// enter types a command and waits for the next prompt. It returns what was shown
// between.
func (x *typist) enter(command string) string {
	x.t.Helper()
	x.types(command + "\r")
	x.expect("\n")
	return x.expect(x.prompt)
}

// expect waits until one of the texts is shown, after what was waited for
// before, and returns what came before it and it.
func (x *typist) expect(texts ...string) string {
	x.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		x.mu.Lock()
		for _, text := range texts {
			if i := strings.Index(x.text[x.seen:], text); i >= 0 {
				before := x.text[x.seen : x.seen+i+len(text)]
				x.seen += i + len(text)
				x.mu.Unlock()
				return before
			}
		}
		x.mu.Unlock()
		select {
		case <-x.over:
			end = time.Now() // what is there now is all there will be
		default:
		}
	}
	x.t.Fatalf("%q is not shown in\n%s", texts, x.shown())
	return ""
}

// shows reports whether the text is shown before long, after what was waited for
// before; it is a chance to do something else, not a verdict.
func (x *typist) shows(text string) bool {
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end) && !x.isOver(); time.Sleep(2 * time.Millisecond) {
		x.mu.Lock()
		i := strings.Index(x.text[x.seen:], text)
		if i >= 0 {
			x.seen += i + len(text)
		}
		x.mu.Unlock()
		if i >= 0 {
			return true
		}
	}
	return false
}

// isOver reports whether no process has the terminal open any more.
func (x *typist) isOver() bool {
	select {
	case <-x.over:
		return true
	default:
		return false
	}
}

func (x *typist) shown() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.text[max(0, len(x.text)-4000):]
}

// ended waits for the program's end and returns its status: 128 and the signal
// where one ended it.
func (x *typist) ended() int {
	x.t.Helper()
	done := make(chan error, 1)
	go func() { done <- x.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(patience):
		_ = x.cmd.Process.Kill() // for its terminal to be closed
		x.t.Fatalf("it does not end:\n%s", x.shown())
	}
	if ws := x.cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return x.cmd.ProcessState.ExitCode()
}

// end ends the program, if it has not ended.
func (x *typist) end() {
	if x.cmd.ProcessState == nil {
		_ = x.cmd.Process.Kill() // it may have ended
		_ = x.cmd.Wait()
	}
}
