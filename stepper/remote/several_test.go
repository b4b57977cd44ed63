package remote

import (
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"rseqstep/table/tabletest"
)

// Three inferiors, launched and attached, are held at once, and each ends correctly: with
// our server and with stock gdbserver.
func TestInferiorsAreHeldAtOnce(t *testing.T) {
	bin, program, loop := rseqstep(t), seed(t), tabletest.BuildService(t)
	// Stock gdbserver 13 may stay when gdb has gone, and use a whole CPU.
	stock := tabletest.NeedTool(t, "timeout") + " --foreground -k 1 100 " + tabletest.NeedTool(t, "gdbserver")
	for name, server := range map[string]string{"ours": bin + " gdbserver", "stock": stock} {
		t.Run(name, func(t *testing.T) {
			s := startService(t, loop)
			out := gdbRuns(t, program, fmt.Sprintf("target extended-remote | %s --multi -\nset remote exec-file %s\nbreak main\nrun\n", server, program)+
				fmt.Sprintf("add-inferior -exec %s\ninferior 2\nattach %d\ninfo inferiors\n", loop, s.PID)+
				"inferior 1\nnext\nadd-inferior -exec "+program+"\ninferior 3\nset remote exec-file "+program+"\nrun\ninfo inferiors\np v\ncontinue\n"+
				"inferior 2\np rounds >= 0\ndetach\ninferior 1\np v\ninfo threads\ndelete\ncontinue\ninfo inferiors\n")
			wantInOrder(t, out, "Breakpoint 1, main", "Added inferior 2", "  1    process", "* 2    process", "Added inferior 3", "hit Breakpoint 1",
				"  1    process", "  2    process", "* 3    process", "= 0", "[Inferior 3", "exited normally", "= 1", "[Inferior 2", "detached]", "* 1.1 ",
				"[Inferior 1", "exited normally", "* 1    <null>", "  2    <null>", "  3    <null>")
			if n := strings.Count(out, "attempts 1\n"); name == "ours" && n != 2 {
				t.Errorf("%d of 2 programs ended:\n%s", n, out)
			}
			s.isUntouched()
			if s.Finish() {
				t.Error("the service was killed")
			}
		})
	}
}

// With detach-on-fork off both processes are held, and can be stepped in turn. gdb shows
// the same as on stock gdbserver.
func TestBothProcessesOfAForkAreHeld(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "vforks.c", Opt: "-O0", Flags: []string{"-DWITH_FORK"}})
	script := "set detach-on-fork off\nset follow-fork-mode %s\nbreak main\ncontinue\nnext 2\ninfo inferiors\nbreak in_child\n" +
		"inferior 2\np counted\ncontinue\nfinish\np counted\ninfo threads\ninferior 1\nbreak in_parent\ncontinue\nfinish\np counted\ninferior 2\nset var counted = 30\nnext\np counted\n" +
		"continue\ninferior 1\np counted\ncontinue\n"
	ids, spaces, noise := regexp.MustCompile(`0x[0-9a-f]+|[0-9]{3,}`), regexp.MustCompile(` +`), regexp.MustCompile(`(?m)^(.*(libc|PID mismatch|Detaching from|remote \||stdin/stdout|created; pid|Remote debugging|Num  Description|in \?\?|counted \d+ child).*\n|\n)`)
	for _, mode := range []string{"parent", "child"} {
		t.Run(mode, func(t *testing.T) {
			said := map[string]string{}
			for name, server := range map[string]string{"ours": bin + " gdbserver", "stock": tabletest.NeedTool(t, "gdbserver")} {
				out := gdbRuns(t, program, fmt.Sprintf("target remote | %s - %s\n", server, program)+fmt.Sprintf(script, mode))
				wantInOrder(t, out, "[New inferior 2", "in_child", "= 0", "= 2", "in_parent ()", "= 10", "= 30", "[Inferior 2", "exited with code 06", "= 10")
				said[name] = spaces.ReplaceAllString(ids.ReplaceAllString(noise.ReplaceAllString(out, ""), "N"), " ") // a column's width depends on its ids
			}
			if said["ours"] != said["stock"] {
				t.Errorf("on our server:\n%s\non stock gdbserver:\n%s", said["ours"], said["stock"])
			}
		})
	}
}

// several is a client that can distinguish processes, with two of them held.
func several(t *testing.T, bin, first, second string) (w *wire, path string, pids [2]int) {
	t.Helper()
	w, _, path = serve(t, bin, "--multi", "SOCKET")
	w.ask("qSupported:multiprocess+;swbreak+")
	w.ask("QStartNoAckMode")
	for n, program := range []string{first, second} {
		reply := w.ask("vRun;" + toHex(program))
		_, after, _ := strings.Cut(reply, "thread:p")
		if _, err := fmt.Sscanf(after, "%x.", &pids[n]); err != nil {
			t.Fatalf("starting: %q", reply)
		}
	}
	return w, path, pids
}

// If a process is killed while another one runs, its end is reported.
func TestHeldProcessThatIsKilledIsReported(t *testing.T) {
	w, _, pids := several(t, rseqstep(t), spin(t), seed(t))
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.ask("QPassSignals:14")
	if reply, want := w.ask(fmt.Sprintf("vCont;c:p%x.-1", pids[1])), fmt.Sprintf("W00;process:%x", pids[1]); reply != want {
		t.Errorf("the one that ran: %q, want %q", reply, want)
	}
	if reply, want := w.ask(fmt.Sprintf("vCont;c:p%x.-1", pids[0])), fmt.Sprintf("X09;process:%x", pids[0]); reply != want {
		t.Errorf("the one that was killed: %q, want %q", reply, want)
	}
	if reply := w.ask("?"); reply != fmt.Sprintf("X09;process:%x", pids[0]) && reply != "W00" {
		t.Errorf("afterwards: %q", reply)
	}
}

// A client that disconnects leaves all of them, and the next one ends each by
// its id.
func TestNextClientFindsEachProcess(t *testing.T) {
	program := spin(t)
	w, path, pids := several(t, rseqstep(t), program, program)
	w.conn.Close()
	w = dial(t, path)
	w.ask("qSupported:multiprocess+")
	w.ask("QStartNoAckMode")
	if reply := w.ask("?"); !strings.HasPrefix(reply, "T05") {
		t.Errorf("it finds %q", reply)
	}
	list := w.ask("qfThreadInfo")
	xml := w.ask("qXfer:threads:read::0,1000")
	for _, pid := range pids {
		id := fmt.Sprintf("p%x.%x", pid, pid)
		if !strings.Contains(list, id) || !strings.Contains(xml, id) || w.ask("T"+id) != "OK" || w.ask(fmt.Sprintf("qAttached:%x", pid)) != "0" {
			t.Errorf("thread %s is not found: %s, %s", id, list, xml)
		}
	}
	for n, pid := range pids {
		if reply := w.ask(fmt.Sprintf("vKill;%x", pid)); reply != "OK" || tabletest.Running(pid) || n == 0 && !tabletest.Running(pids[1]) {
			t.Errorf("killing %d of %v: %q", pid, pids, reply)
		}
	}
}

// If the client resumes all processes, one runs, and the client gets a note about the
// others; each process has its own breakpoints and registers.
func TestProcessesKeepTheirOwnBreakpoints(t *testing.T) {
	bin := rseqstep(t)
	program := fixed(t, "counter.c")
	address := symbolIn(t, program, "compare_and_store")
	w, _, pids := several(t, bin, program, program)
	select1 := func(n int) { w.ask(fmt.Sprintf("Hgp%x.%x", pids[n], pids[n])) }
	select1(0)
	w.plants(address, "")
	if reply := w.ask("vCont;c"); !strings.HasPrefix(reply, fmt.Sprintf("T05swbreak:;thread:p%x.", pids[0])) {
		t.Errorf("the first: %q", reply)
	}
	select1(1)
	if reply := w.ask(fmt.Sprintf("vCont;c:p%x.-1", pids[1])); reply != fmt.Sprintf("W00;process:%x", pids[1]) {
		t.Errorf("the second: %q", reply)
	}
	select1(0)
	w.ask(fmt.Sprintf("z0,%x,1", address))
	if reply := w.ask("vCont;c"); reply != fmt.Sprintf("W00;process:%x", pids[0]) {
		t.Errorf("the first: %q", reply)
	}
}
