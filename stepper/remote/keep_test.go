package remote

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"rseqstep/table/tabletest"
)

const raisesSource = `#include <signal.h>
#include <stdio.h>
static volatile int hits;
static void on(int sig) { hits++; }
void here(void) { __asm__ volatile(""); }
int main(void)
{
	signal(SIGUSR1, on);
	here();
	raise(SIGUSR1);
	here();
	printf("hits %d\n", hits);
	return hits;
}
`

// listening starts a gdbserver, ours or the stock one, and returns its port and, after
// its end, what it and its program printed.
func listening(t *testing.T, server ...string) (port string, ends func() string) {
	t.Helper()
	cmd := exec.Command(server[0], server[1:]...)
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM) }) // it may have ended
	lines, printed, done := bufio.NewReader(out), &strings.Builder{}, make(chan bool)
	for port == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`Listening on .*?(\d+)\n`).FindStringSubmatch(line); m != nil {
			port = m[1]
		}
	}
	go func() {
		_, _ = io.Copy(printed, lines) // until the pipe is closed
		close(done)
	}()
	return port, func() string {
		err := cmd.Wait()
		in.Close()
		<-done
		if err != nil {
			t.Errorf("%s: %v", server[0], err)
		}
		return printed.String()
	}
}

// A user of gdb's disconnect means to come back: the program stays at a breakpoint or at
// a signal, which is still pending for it. A server without --multi ends when there is no
// process left to come back for. The oracle is stock gdbserver.
func TestDisconnectLeavesTheProgramAsItIs(t *testing.T) {
	bin, program := rseqstep(t), compile(t, "raises", raisesSource, "-g", "-O0")
	for name, server := range map[string][]string{
		"ours":  {bin, "gdbserver", "127.0.0.1:0", program},
		"stock": {tabletest.NeedTool(t, "gdbserver"), "127.0.0.1:0", program},
	} {
		t.Run(name, func(t *testing.T) {
			port, ends := listening(t, server...)
			connect := "target remote 127.0.0.1:" + port + "\n"
			out := gdbRuns(t, program, connect+"break here\ncontinue\ndisconnect\n"+connect+
				"bt 1\ncontinue\ninfo breakpoints\ndisconnect\n"+connect+"p $_siginfo.si_signo\ncontinue\nfinish\ndelete\ndisconnect\n"+connect+"p hits\ncontinue\n")
			wantInOrder(t, out, "Breakpoint 1, here", "#0  here", "received signal SIGUSR1", "already hit 1 time", "= 10",
				"Breakpoint 1, here", "main", "= 1\n", "exited with code 01")
			if printed := ends(); !strings.Contains(printed, "hits 1\n") {
				t.Errorf("the server and its program printed\n%s", printed)
			}
		})
	}
}

// With --multi the server stays for a client that chooses the next program.
func TestDisconnectFromAServerForMany(t *testing.T) {
	bin, program := rseqstep(t), compile(t, "raises", raisesSource, "-g", "-O0")
	port, _ := listening(t, bin, "gdbserver", "--multi", "127.0.0.1:0")
	connect := "target extended-remote 127.0.0.1:" + port + "\n"
	out := gdbRuns(t, program, connect+"set remote exec-file "+program+"\nbreak here\nrun\ndisconnect\n"+connect+"bt 1\nkill\nrun\nbt 1\ndisconnect\n"+connect+
		"delete\nhandle SIGUSR1 nostop noprint pass\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, here", "#0  here", "killed]", "Breakpoint 1, here", "#0  here", "exited with code 01")
	out = gdbRuns(t, program, connect+"info inferiors\nset remote exec-file "+program+"\nhandle SIGUSR1 nostop noprint pass\nrun\n")
	wantInOrder(t, out, "<null>", "exited with code 01")
}

// If the client disconnects while the program runs, the program keeps running; the next
// client finds the stop that ends that.
func TestProgramRunsOnWithoutItsClient(t *testing.T) {
	bin := rseqstep(t)
	program := compile(t, "endless", `#include <stdio.h>
#include <signal.h>
int main(void)
{
	for (volatile long n = 0; n < 300000000; n++)
		;
	raise(SIGUSR2);
	for (;;)
		;
}
`, "-O0")
	w, _, path := serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	pid := pidOf(t, w)
	w.runs("vCont;c")
	w.conn.Close()
	within(t, "the program has come to its signal", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err == nil && strings.Contains(string(stat), ") t ")
	})
	w = dial(t, path)
	w.ask("QStartNoAckMode")
	reply := w.ask("?")
	if strings.HasPrefix(reply, "T05") { // the server stopped it for this client before its signal was reported
		reply = w.ask("vCont;c")
	}
	if !strings.HasPrefix(reply, "T1f") { // gdb's SIGUSR2
		t.Errorf("the next client finds %q", reply)
	}
	if reply := w.ask("vCont;C1f"); reply != "X1f" {
		t.Errorf("the signal that was passed on: %q", reply)
	}
}
