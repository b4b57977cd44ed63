package main

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/table/tabletest"
)

// visits are what a debugger does between attach and detach. Thread 1 waits for input,
// and a step there would wait too.
var visits = [][]string{
	{"thread 2", "stepi 200"},
	{"thread 2", "next 20"},
	{"thread 3", "step 20"},
	{"thread 2", "set inside on", "stepi 100"},
	{"break *($rseq_inside)", "continue", "stepi 3", "delete", "finish"},
	{"break *($rseq_inside) if $rsp == 0", "thread 2", "next 20"},
	{"hbreak one_round", "continue", "continue"},
	{"watch rounds", "thread 2", "stepi 50"},
	{"thread 2", "abort", "stepi 100"},
	{"break *($rseq_inside)", "continue"}, // detach while a thread is inside
	{"info rseq", "info threads", "bt"},
}

// rounds are the visits a service gets: RSEQSTEP_ROUNDS of them, or each one once.
func rounds(t *testing.T) (list [][]string) {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("RSEQSTEP_ROUNDS"))
	if err != nil || n <= 0 {
		return tabletest.Some(t, 4, visits)
	}
	t.Logf("RSEQSTEP_ROUNDS=%d", n)
	for i := range n {
		list = append(list, visits[i%len(visits)])
	}
	return list
}

// TestDetachLeavesAProcessAsItWas compares text, affinities, signal masks, debug
// registers and registrations after every visit, and the sums in the end.
func TestDetachLeavesAProcessAsItWas(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.BuildService(t)
	inside := secondInstruction(t, program)
	s := tabletest.StartService(t, program)
	before := look(t, s.PID)
	for n, commands := range rounds(t) {
		args := []string{"attach", "--batch"}
		for _, c := range commands {
			args = append(args, "-e", strings.ReplaceAll(c, "$rseq_inside", inside))
		}
		began := time.Now()
		out, err := visit(bin, append(args, strconv.Itoa(s.PID)))
		t.Logf("%v: %v", args[2:], time.Since(began).Round(time.Millisecond))
		if err != nil {
			t.Errorf("round %d: %v: %v\n%s", n, args, err, out)
		}
		look(t, s.PID).same(t, before)
		if t.Failed() {
			t.Fatalf("after round %d: %v\n%s", n, args, out)
		}
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// TestManyThreadsThatComeAndGoAreAttachedToAndLetGo attaches to 500 threads, each of
// which starts its successor every 100 rounds, and detaches.
func TestManyThreadsThatComeAndGoAreAttachedToAndLetGo(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.BuildService(t)
	s := tabletest.StartService(t, program, "2", "500")
	for _, commands := range tabletest.Some(t, 1, [][]string{{"info rseq"}, {"thread 2", "stepi 100"}, {"break one_round", "continue", "next 3", "delete"}}) {
		args := []string{"attach", "--batch"}
		for _, c := range commands {
			args = append(args, "-e", c)
		}
		if out, err := visit(bin, append(args, strconv.Itoa(s.PID))); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// TestASignalDuringTheLastDetachLeavesAProcessAsItWas ends a prompt with SIGTERM, and sends SIGHUP at
// different times after that, as when a window is closed at the end of a login; the program has many
// threads to detach from.
func TestASignalDuringTheLastDetachLeavesAProcessAsItWas(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.BuildService(t)
	s := tabletest.StartService(t, program, "100")
	before := look(t, s.PID)
	for n := range 10 {
		x := atTerminal(t, ourPrompt, bin, "attach", strconv.Itoa(s.PID))
		x.expect(ourPrompt)
		x.enter("break one_round")
		x.enter("watch rounds")
		x.enter("continue")
		if err := x.cmd.Process.Signal(unix.SIGTERM); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(n) * time.Millisecond)
		_ = x.cmd.Process.Signal(unix.SIGHUP) // it may have ended
		x.ended()
		if look(t, s.PID).same(t, before); t.Failed() {
			t.Fatalf("after round %d:\n%s", n, x.shown())
		}
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// TestOutputThatNobodyReadsLeavesAProcessAsItWas closes the pipe that the debugger writes to (SIGPIPE), at the
// prompt and in a server on standard output.
func TestOutputThatNobodyReadsLeavesAProcessAsItWas(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.BuildService(t)
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	n := slices.IndexFunc(all, func(s elf.Symbol) bool { return s.Name == "one_round" })
	packet := func(text string) string {
		sum := byte(0)
		for _, b := range []byte(text) {
			sum += b
		}
		return fmt.Sprintf("+$%s#%02x", text, sum)
	}
	s := tabletest.StartService(t, program)
	before := look(t, s.PID)
	pid := strconv.Itoa(s.PID)
	for _, c := range []struct {
		args        []string
		first, then string // typed before and after the pipe is closed
		says        string // what is read before
		status      int
	}{
		{[]string{"attach", "--batch", "-e", `dprintf one_round,"met\n"`, "-e", "continue", pid}, "", "", "met", 128 + int(unix.SIGPIPE)},
		{[]string{"attach", "--batch", "-e", `dprintf one_round,"met\n"`, "-e", "while 1", "-e", "stepi", "-e", "end", pid}, "", "", "met", 128 + int(unix.SIGPIPE)},
		{[]string{"gdbserver", "--attach", "-", pid}, packet(fmt.Sprintf("Z0,%x,1", all[n].Value)), packet("vCont;c"), "$OK#", -1},
	} {
		cmd := exec.Command(bin, c.args...)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		killer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		_, _ = io.WriteString(in, c.first) // the wait says what failed
		var said []byte
		for b := make([]byte, 1); !bytes.Contains(said, []byte(c.says)); said = append(said, b...) {
			if _, err := out.Read(b); err != nil {
				t.Fatalf("%v: %v\n%s", c.args, err, said)
			}
		}
		out.Close()
		_, _ = io.WriteString(in, c.then)
		_ = cmd.Wait()
		killer.Stop()
		if got := cmd.ProcessState; c.status >= 0 && got.ExitCode() != c.status {
			t.Errorf("%v: %v", c.args, got)
		}
		if look(t, s.PID).same(t, before); t.Failed() {
			t.Fatalf("after %v", c.args)
		}
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// TestCtrlBackslashLeavesAProcessAsItWas sends SIGQUIT, which would end a Go program at once, to whatever attaches
// and has no prompt.
func TestCtrlBackslashLeavesAProcessAsItWas(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.BuildService(t)
	s := tabletest.StartService(t, program)
	before := look(t, s.PID)
	pid := strconv.Itoa(s.PID)
	for _, args := range [][]string{{"check", "--pid", pid}, {"exercise", "--pid", pid}, {"gdbserver", "--attach", "127.0.0.1:0", pid}} {
		cmd := exec.Command(bin, args...)
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		traced := fmt.Sprintf("TracerPid:\t%d\n", cmd.Process.Pid)
		for began := time.Now(); time.Since(began) < patience; time.Sleep(10 * time.Millisecond) {
			if status, err := os.ReadFile("/proc/" + pid + "/status"); err != nil || bytes.Contains(status, []byte(traced)) {
				break
			}
		}
		time.Sleep(200 * time.Millisecond) // it has set its traps
		if err := cmd.Process.Signal(unix.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // what is left of the service says whether it was in order
		killer.Stop()
		if look(t, s.PID).same(t, before); t.Failed() || bytes.Contains(said.Bytes(), []byte("goroutine ")) {
			t.Fatalf("after %v:\n%s", args, said.Bytes())
		}
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// visit runs the debugger; if it hangs, visit makes it print where.
func visit(bin string, args []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(unix.SIGABRT) }
	return cmd.CombinedOutput()
}
