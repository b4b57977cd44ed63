package gdbscripts

import (
	"testing"

	"rseqstep/table/tabletest"
)

// TestGDBByRseqstepOnATerminal is a user's session: run, breakpoints, next past the loop,
// Ctrl-C, run again, a shell's words, TUI.
func TestGDBByRseqstepOnATerminal(t *testing.T) {
	program := hostProgram(t)
	c := hostOnTerminal(t, "-iex", "set style enabled off", "-iex", "set startup-quietly on", program)
	c.wait(prompt)
	c.send("break add\n")
	c.wait("Breakpoint 1")
	c.send("run \"$((6 * 7))\" '*'\n") // only the user's shell knows these words
	c.wait("argument 1 42\n")
	c.wait("argument 2 *\n")
	c.wait("terminals 1 1 1\n")
	c.wait("Breakpoint 1, ")
	c.wait(prompt)
	c.send("finish\n")
	c.wait("Value returned is $1 = 7")
	c.send("print numbers\n")
	c.wait("$2 = std::vector of length 3")
	c.wait("= {1, 2, 3}")
	c.send("delete\n")
	c.send("run wait\n")
	c.wait("terminals 1 1 1\n")
	c.send("\x03")
	c.wait("received signal SIGINT")
	c.wait(prompt)
	c.send("frame function main\n")
	c.wait("usleep(1000)")
	c.send("print over = 1\n")
	c.wait("$3 = 1")
	c.send("continue\n")
	c.wait("exited with code 07")
	c.send("tui enable\n")
	c.wait("host.cc")
	c.send("start\n")
	c.wait("Temporary breakpoint 2, main")
	c.send("next\n")
	c.wait("numbers{1, 2, 3}")
	c.send("kill\n")
	c.wait("killed]")
	c.send("quit\n")
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("gdb: %v", err)
	}
}

// The exit status is gdb's, whoever asks.
func TestTheExitStatusIsGDBs(t *testing.T) {
	program := tabletest.Build(t, seedLoop)
	for line, want := range map[string]string{"quit 5": "exit status 5", "quit $_exitcode + 3": "exit status 3"} {
		said, status := combined(hostGDB(t, "-batch", "-ex", "run", "-ex", line, program))
		if status != want {
			t.Errorf("%s: %s, not %s\n%s", line, status, want, said)
		}
	}
}
