package remote

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// repeated is a loop of gdb's: a command n times, or until the program ends.
func repeated(n int, commands string) string {
	return fmt.Sprintf("set $n = 0\nwhile $n < %d && $_isvoid($_exitcode)\n%s\nset $n = $n + 1\nend\n", n, commands)
}

// Once the client has sent a signal with a resume, delivering it is the server's task. If
// another thread hits the breakpoint before the signal's thread has been resumed, the
// client later resumes that thread without a signal.
func TestSignalHandedOverIsDelivered(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "lostsignals.c"})
	for name, commands := range map[string]string{"continue": "continue", "with steps": "continue\nstepi\nstepi"} {
		for range tabletest.Rounds(t, 2, 20) {
			out := gdb(t, bin, program, "", "CONNECT\nhandle SIGUSR1 stop print pass\nbreak on_usr1\n"+repeated(120, commands)+
				"delete\nhandle SIGUSR1 nostop noprint pass\ncontinue\n")
			if !strings.Contains(out, "\nhandled 400 of 400\n") {
				t.Fatalf("%s: signals got lost: %s", name, out[max(0, len(out)-300):])
			}
		}
	}
}

// Two threads vfork at the same time. While the client resumes one of them alone to its
// vfork's end, the other one's report waits until it is resumed: gdb ends with an
// internal error if a thread that it has not resumed reports a vfork.
func TestThreadsThatVforkAtTheSameTime(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "vforkers.c"})
	type row struct{ command, follow string }
	var rows []row
	for _, command := range []string{"next", "step", "continue"} {
		rows = append(rows, row{command, "parent"}, row{command, "child"})
	}
	for _, r := range tabletest.Some(t, 3, rows) {
		t.Run(fmt.Sprint(r), func(t *testing.T) {
			out := gdb(t, bin, program, "60", "CONNECT\nbreak count\ncontinue\nset follow-fork-mode "+r.follow+"\n"+
				repeated(100, r.command)+"delete\nif $_isvoid($_exitcode)\ncontinue\nend\n")
			want := "good 120 of 120"
			if r.follow == "child" {
				want = "exited with code 03" // the shell's form
			}
			if strings.Contains(out, "internal-error") || !strings.Contains(out, want) {
				t.Errorf("%q is not in\n%s", want, out[max(0, len(out)-1000):])
			}
		})
	}
}

// With scheduler-locking a step by lines runs no other thread, whatever the step crosses:
// calls, loops, system calls, a critical section.
func TestSchedulerLockingIsKeptBySteps(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "locked.c"})
	for _, command := range tabletest.Some(t, 3, []string{"next", "step", "until", "stepi", "nexti", "finish"}) {
		for _, mode := range []string{"on", "step"} {
			if mode == "step" && (command == "finish" || command == "until") {
				continue // gdb does not treat these as steps: it resumes every thread
			}
			between, times := "", 30
			if command == "until" {
				times = 5 // it leaves the loop, and then reaches the place where main waits for the other thread
			}
			if command == "finish" {
				between = "tbreak add\nset scheduler-locking off\ncontinue\nset scheduler-locking on\n"
			}
			commands := between + "set $before = others\n" + command + "\nset $ran = $ran + (others - $before)\n"
			out := gdb(t, bin, program, "", "CONNECT\nbreak add\ncontinue\ndelete\nfinish\nset $ran = 0\nset scheduler-locking "+mode+"\n"+
				repeated(times, commands)+"printf \"ran %ld\\n\", $ran\nset scheduler-locking off\ncontinue\n")
			wantInOrder(t, out, "\nran 0\n", "v 200 s 1", "exited normally")
		}
	}
}

// The client sends two signals for a thread that is not resumed, and detaches: both are
// delivered.
func TestSignalsHandedOverAreDeliveredByDetaching(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "hands.c", Shape: tabletest.NoPIE})
	var out strings.Builder
	cmd := exec.Command(program)
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	t.Cleanup(func() { cmd.Process.Kill() })
	within(t, "its threads run", func() bool { return len(threadsOf(pid)) == 3 })
	w, _, _ := serve(t, bin, "SOCKET", "--attach", strconv.Itoa(pid))
	w.ask("QStartNoAckMode")
	other := 0
	for _, tid := range threadsOf(pid) {
		if tid != pid {
			other = tid
		}
	}
	for _, signal := range []int{0x1e, 0x13} { // SIGUSR1 and SIGCONT, by gdb's numbers
		if reply := w.ask(fmt.Sprintf("vCont;C%02x:%x;s:%x", signal, pid, other)); !regexp.MustCompile(fmt.Sprintf("^T05.*thread:%x;", other)).MatchString(reply) {
			t.Fatalf("the other thread's step ends by %q", reply)
		}
	}
	for _, packet := range []string{fmt.Sprintf("M%x,4:01000000", symbolIn(t, program, "over")), "D"} {
		if reply := w.ask(packet); reply != "OK" {
			t.Fatal(packet, reply)
		}
	}
	cmd.Wait()
	if out.String() != "continued 1, told 1\n" {
		t.Errorf("the program says %q", out.String())
	}
}
