package gdbscripts

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// console is gdb on a terminal of its own, or behind pipes.
type console struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   *os.File
	mu   sync.Mutex
	text string
	seen int // how much of text has been waited for
}

// onTerminal starts gdb as the leader of a session on a new pseudo-terminal. See pty(7).
func onTerminal(t *testing.T, args ...string) *console {
	t.Helper()
	master, slave := tabletest.Terminal(t)
	defer slave.Close()
	c := &console{t: t, in: master, cmd: exec.Command(tabletest.NeedTool(t, "gdb"), args...)}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = slave, slave, slave
	c.cmd.Env = append(os.Environ(), "TERM=dumb", "PYTHONDONTWRITEBYTECODE=1")
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	c.start(master)
	return c
}

// behindPipes starts gdb as front ends do.
func behindPipes(t *testing.T, args ...string) *console {
	t.Helper()
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer inRead.Close()
	defer outWrite.Close()
	c := &console{t: t, in: inWrite, cmd: exec.Command(tabletest.NeedTool(t, "gdb"), args...)}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = inRead, outWrite, outWrite
	c.cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	c.start(outRead)
	return c
}

func (c *console) start(out *os.File) {
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := out.Read(buf)
			c.mu.Lock()
			c.text += strings.ReplaceAll(string(buf[:n]), "\r", "")
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	c.t.Cleanup(func() {
		_ = c.cmd.Process.Kill() // it may have ended
		_ = c.cmd.Wait()
		c.in.Close()
	})
}

// send types something.
func (c *console) send(keys string) {
	c.t.Helper()
	if _, err := c.in.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// wait waits until gdb or the program has written the text, after what was
// waited for before.
func (c *console) wait(text string) {
	c.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		c.mu.Lock()
		i := strings.Index(c.text[c.seen:], text)
		if i >= 0 {
			c.seen += i + len(text)
		}
		c.mu.Unlock()
		if i >= 0 {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t.Fatalf("%q does not come in\n%s", text, c.text)
}

const prompt = "(gdb) "

// The program has the terminal while it runs, and Ctrl-C stops it, whoever
// debugs it.
func TestTheProgramKeepsTheTerminal(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "tty.c"})
	c := onTerminal(t, "-nx", "-q", "-iex", "set debug-file-directory /nonexistent", "-x", entryName, "-x", scriptFile(t, switching(bin)), program)
	c.wait(prompt)
	c.send("rseq on\n")
	c.wait("rseq is on")
	for range tabletest.Rounds(t, 1, 2) { // the second time after kill
		c.send("run\n")
		c.wait("foreground 1\n")
		c.send("some words\n")
		c.wait("read some words\n")
		c.send("\x03")
		c.wait("received signal SIGINT")
		c.wait(prompt)
		c.send("print rounds >= 0\n") // it may have been about to begin
		c.wait(" = 1\n")
		c.wait(prompt) // before it, gdb 18 may be running Python of its own, which says so of itself
		c.send("\x03") // only gdb is meant
		c.wait("Quit")
		c.send("stepi\n")
		c.wait(prompt)
		c.send("kill\n")
		c.wait("killed]")
		c.wait(prompt)
	}
	c.send("run\n")
	c.wait("foreground 1\n")
	c.send("more\n")
	c.wait("read more\n")
	c.send("\x03")
	c.wait("received signal SIGINT")
	c.wait(prompt)
	for _, change := range []string{"off", "on"} {
		c.send("rseq " + change + "\n")
		c.wait("rseq is " + change)
		c.send("continue\n")
		c.wait("Continuing.\n")
		time.Sleep(100 * time.Millisecond) // it has to run before it can be interrupted
		c.send("\x03")
		c.wait("received signal SIGINT")
		c.wait(prompt)
	}
	c.send("quit\n")
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("gdb: %v", err)
	}
}

// A front end's commands are the server's as well, and it does not see the
// change of hands.
func TestAFrontEndStepsWithRseqOn(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, seedLoop)
	c := behindPipes(t, "-nx", "-q", "-i=mi", "-iex", "set debug-file-directory /nonexistent", "-x", entryName, "-x", scriptFile(t, switching(bin)), program)
	c.wait(prompt)
	c.send("-break-insert 17\n")
	c.wait("^done")
	c.send("-exec-run\n")
	c.wait("*stopped")
	c.send("-interpreter-exec console \"rseq on\"\n")
	before := c.seen
	c.wait("rseq is on")
	c.mu.Lock()
	if between := c.text[before:c.seen]; strings.Contains(between, "thread-group-exited") || strings.Contains(between, "*stopped") {
		t.Errorf("it is told of the change:\n%s", between)
	}
	c.mu.Unlock()
	c.send("-exec-next\n")
	c.wait("*stopped,reason=\"end-stepping-range\"")
	c.wait("line=\"18\"")
	c.send("-data-evaluate-expression attempts\n")
	c.wait("value=\"1\"")
	c.send("-exec-continue\n")
	c.wait("attempts 1\n")
	c.wait("exited-normally")
}
