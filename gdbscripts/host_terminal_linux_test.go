package gdbscripts

import (
	"os/exec"
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
	c.send("thread 1\n") // the kernel gives the signal to any thread, if the first is held at that moment
	c.wait(prompt)
	c.send("frame function main\n")
	c.wait("in main (argc=2") // before its loop, or in it
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

// The same terminal sees the loop of the original report by each step, a process that
// waits, a core file, and a breakpoint in a section of four threads.
func TestGDBByRseqstepOnATerminalGoesFromProgramToProgram(t *testing.T) {
	waits, dir := hostProgram(t), t.TempDir()
	pid := waiting(t, waits)
	_ = exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-ex", "run", "-ex", "generate-core-file "+dir+"/core", "--args", waits, "abort").Run() // the status is the last command's
	c := hostOnTerminal(t, "-iex", "set style enabled off", tabletest.Build(t, seedLoop))
	enter := func(line string, wanted ...string) {
		t.Helper()
		c.wait(prompt)
		c.send(line + "\n")
		for _, w := range wanted {
			c.wait(w)
		}
	}
	enter("break 17", "Breakpoint 1")
	for _, how := range tabletest.Some(t, 1, []string{"next", "step", "stepi"}) {
		enter("run", "Breakpoint 1, main")
		enter("python while gdb.selected_frame().name() != 'main' or gdb.selected_frame().find_sal().line < 18: gdb.execute('" + how + "')")
		enter("print v", " = 1\n")
		enter("continue", "attempts ", "exited normally")
	}
	enter("attach " + pid)
	enter("frame function main", "host.cc:64")
	enter("detach", "detached]")
	enter("core-file "+dir+"/core", "terminated with signal SIGABRT")
	enter("frame function main", "abort()")
	enter("print numbers", "= {1, 2, 3, 6, 9}")
	enter("delete")
	enter("file "+counterProgram(t), "Reading symbols")
	enter("break *commit_store if $rsp == 0", "Breakpoint 2")
	enter("tbreak *commit_store", "Temporary breakpoint 3")
	enter("run 4 50", "Temporary breakpoint 3, ")
	enter("continue", "sum 200 of 200", "exited normally")
	enter("quit")
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("gdb: %v", err)
	}
}

// A hook that the user types runs, and so does ours.
func TestAHookOfTheUsersRunsAsWell(t *testing.T) {
	program := hostProgram(t)
	c := hostOnTerminal(t, "-iex", "set style enabled off", "-iex", "set confirm on", "--args", program, "$HOME")
	c.wait(prompt)
	c.send("define hook-run\n")
	c.wait("y or n") // it is defined already: by us
	c.send("y\n")
	c.wait("End with a line")
	c.send("echo one hook\\n\nend\n")
	c.wait(prompt)
	for range 2 {
		c.send("run \"$((1 + 1))\"\n")
		c.wait("one hook\n")
		c.wait("argument 1 2\n")
		c.wait("exited with code 07")
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
