package remote

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// spin builds a program that never ends.
func spin(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source, built := filepath.Join(dir, "spin.c"), filepath.Join(dir, "spin")
	if err := os.WriteFile(source, []byte("volatile long x; int main(void) { for (;;) x++; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tabletest.NeedTool(t, "gcc"), "-o", built, source).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return built
}

// pidOf is the process that a server runs, in its answer to lldb.
func pidOf(t *testing.T, w *wire) int {
	t.Helper()
	var pid int
	if _, err := fmt.Sscanf(w.ask("qProcessInfo"), "pid:%x;", &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

// within fails unless done becomes true before patience ends.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not so", what)
		}
	}
}

func TestOnlyClientThatVanishesEndsALaunchedProgram(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, server, _ := serve(t, bin, "--multi", "--once", "SOCKET", program)
	w.ask("QStartNoAckMode")
	pid := pidOf(t, w)
	w.say("vCont;c")
	w.conn.Close()
	within(t, "the program has ended", func() bool { return !tabletest.Running(pid) })
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func TestOnlyClientThatVanishesLetsAnAttachedProcessGo(t *testing.T) {
	bin := rseqstep(t)
	cmd := exec.Command(spin(t))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	w, _, _ := serve(t, bin, "--once", "SOCKET", "--attach", fmt.Sprint(cmd.Process.Pid))
	w.ask("QStartNoAckMode")
	w.say("vCont;c")
	w.conn.Close()
	within(t, "nobody traces the process", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
		return err == nil && strings.Contains(string(status), "TracerPid:\t0\n") && strings.Contains(string(status), "State:\tR")
	})
}

func TestInterruptByteStopsTheProgram(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, _ := serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	for range 3 {
		w.say("vCont;c")
		if _, err := w.conn.Write([]byte{interrupt}); err != nil { // sent immediately: the program may not have begun
			t.Fatal(err)
		}
		if reply := w.answer(); !strings.HasPrefix(reply, "T02") {
			t.Fatalf("stopped by %q", reply)
		}
	}
}

func TestRubbishIsAnsweredAndTheProgramStands(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, _ := serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	for _, p := range []string{"m", "mzz,1", "m0,ffffffffffffffff", "M0,5:00", "Gzz", "P", "P5", "pffff", "Z", "Z9,0,0", "Z0,", "vCont;", "vCont;q",
		"H", "Hg", "T", "Tzz", "qXfer:features:read:x:0", "qRcmd,zz", "vFile:open:", "vFile:pread:1", "vFile:pread:ffffffffffffffff,1,1", "qSearch:memory:", "QPassSignals:zz"} {
		w.ask(p)
	}
	if reply := w.ask("?"); !strings.HasPrefix(reply, "T05") {
		t.Errorf("afterwards: %q", reply)
	}
}

func TestAddressOthersCanReachNeedsToBeAllowed(t *testing.T) {
	out, err := exec.Command(rseqstep(t), "gdbserver", "0.0.0.0:0", spin(t)).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no authentication") {
		t.Errorf("%v: %s", err, out)
	}
}
