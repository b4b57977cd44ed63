package remote

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// A leader that has ended is in no list of threads, and requests that name the process by
// its id still work. (gdb 18's own gdbserver can no longer write the memory then.)
func TestLeaderThatHasEndedIsNotListed(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "leader.c", Opt: "-O0", Flags: []string{"-pthread"}})
	out := gdb(t, bin, program, "", "CONNECT\nbreak here\ncontinue\ninfo threads\nstep\nfinish\nthread apply all bt 1\ninfo sharedlibrary\ninfo auxv\ncontinue\ncontinue\n")
	wantInOrder(t, out, "hit Breakpoint 1, here", "* 2 ", "goes_round", "ends (unused=0x0) at leader.c:", "goes_round", "libc.so", "AT_ENTRY", "hit Breakpoint 1, here", "calls 2", "exited with code 07")
	if strings.Contains(out, "\n  1 ") || strings.Contains(out, "Thread 1 ") {
		t.Errorf("the leader is listed:\n%s", out)
	}
}

// The same with the packets of clients that list threads in other ways.
func TestNoPacketListsALeaderThatHasEnded(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "leader.c", Opt: "-O0", Flags: []string{"-pthread"}, Shape: tabletest.NoPIE})
	w, _, _ := serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	w.ask("QListThreadsInStopReply")
	pid := fmt.Sprintf("%x", pidOf(t, w))
	w.plants(symbolIn(t, program, "here"), "")
	stop := w.ask("vCont;c")
	if !strings.HasPrefix(stop, "T05") {
		t.Fatalf("stopped by %q", stop)
	}
	_, list, _ := strings.Cut(stop, "threads:")
	list, _, _ = strings.Cut(list, ";")
	for packet, ids := range map[string]string{"the stop": list, "qfThreadInfo": strings.TrimPrefix(w.ask("qfThreadInfo"), "m")} {
		if got := strings.Split(ids, ","); len(got) != 2 || got[0] == pid || got[1] == pid {
			t.Errorf("%s lists %s, process %s", packet, ids, pid)
		}
	}
	if xml := w.ask("qXfer:threads:read::0,1000"); strings.Count(xml, "<thread ") != 2 || strings.Contains(xml, fmt.Sprintf("id=%q", pid)) {
		t.Errorf("process %s: %s", pid, xml)
	}
	if json := w.ask("jThreadsInfo"); strings.Count(json, `"tid"`) != 2 {
		t.Errorf("%s", json)
	}
	if reply := w.ask("T" + pid); !strings.HasPrefix(reply, "E") {
		t.Errorf("the leader is alive: %q", reply)
	}
	if regs := w.ask("g"); strings.HasPrefix(regs, "E") {
		t.Errorf("registers: %q", regs)
	}
}
