package remote

import (
	"bufio"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// If a thread is about to take a signal when the server attaches, the first stop reports
// that signal, with its own siginfo. The signal arrives exactly once, whether the client
// passes it back or detaches.
func TestAttachingIntoASignalReportsIt(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "raises.c", Flags: []string{"-pthread"}})
	cmd := exec.Command(program)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended unless the test failed
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	w, _, _ := serve(t, bin, "--multi", "SOCKET")
	w.ask("QStartNoAckMode")
	told, n := 0, 0
	for ; told < 4 && n < 2000; n++ {
		reply := w.ask(fmt.Sprintf("vAttach;%x", cmd.Process.Pid))
		if strings.HasPrefix(reply, "T1e") { // gdb's SIGUSR1
			told++
			if info := w.ask("qXfer:siginfo:read::0,80"); !strings.HasPrefix(info, "l\n\x00\x00\x00") { // Linux's, 10
				t.Errorf("siginfo %q", info)
			}
			if told%2 == 0 {
				w.ask("QPassSignals:1e")
				w.say("vCont;C1e:-1")
				w.raw("\x03")
				if reply := w.answer(); !strings.HasPrefix(reply, "T02") {
					t.Fatalf("interrupted: %q", reply)
				}
				w.ask("QPassSignals:")
			}
		} else if !strings.HasPrefix(reply, "T05") {
			t.Fatalf("attaching: %q", reply)
		}
		if reply := w.ask("D"); reply != "OK" {
			t.Fatalf("detaching: %q", reply)
		}
	}
	t.Logf("%d of %d attaches met a signal", told, n)
	if told == 0 {
		t.Error("no attach has found a pending signal")
	}
	in.Close()
	if line, err := lines.ReadString('\n'); err != nil || line != "sent == handled\n" {
		t.Errorf("%q, %v", line, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
