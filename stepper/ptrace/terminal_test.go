//go:build linux && (amd64 || arm64)

package ptrace

import (
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// terminalHelper is set in the environment of the copy of this test that has a
// session and a terminal of its own.
const terminalHelper = "RSEQSTEP_TEST_TERMINAL"

// TestTerminalGoesToTheProgramAndBack runs itself again on a new pseudo-terminal.
func TestTerminalGoesToTheProgramAndBack(t *testing.T) {
	tabletest.NeedPtrace(t)
	if path := os.Getenv(terminalHelper); path != "" {
		onTerminal(t, path)
		return
	}
	master, slave := tabletest.Terminal(t)
	defer master.Close()
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestTerminalGoesToTheProgramAndBack$", "-test.v")
	cmd.Env = append(os.Environ(), terminalHelper+"="+compile(t, `
#include <unistd.h>
__attribute__((noinline, noipa)) int mine(void) { return tcgetpgrp(0) == getpgrp(); }
int main(void) { int first = mine(); return first * 2 + mine(); }`))
	cmd.Stdin = slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	out, err := cmd.CombinedOutput()
	slave.Close()
	if err != nil {
		t.Errorf("on its own terminal: %v\n%s", err, out)
	}
}

func onTerminal(t *testing.T, path string) {
	tty := os.Stdin
	foreground := func() int {
		group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
		if err != nil {
			t.Fatal(err)
		}
		return group
	}
	p := launchWith(t, LaunchOptions{Path: path, NewGroup: true, Terminal: tty}, "")
	if got := foreground(); got != p.PID() {
		t.Errorf("after the launch the terminal belongs to %d, the program is %d", got, p.PID())
	}
	runTo(t, p, "mine")
	if err := p.TakeTerminal(tty); err != nil {
		t.Fatal(err)
	}
	if got := foreground(); got != unix.Getpgrp() {
		t.Errorf("taken, it belongs to %d, we are %d", got, unix.Getpgrp())
	}
	if err := p.GiveTerminal(tty); err != nil {
		t.Fatal(err)
	}
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 3 {
		t.Errorf("got %+v, %v; status 3 says that the program had the terminal both times", ev, err)
	}
	if err := p.TakeTerminal(tty); err != nil || foreground() != unix.Getpgrp() {
		t.Errorf("after the end it belongs to %d, we are %d, %v", foreground(), unix.Getpgrp(), err)
	}
}
