package remote

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// With displaced stepping gdb executes the instruction under a breakpoint at another
// address, and corrects the result in both processes after a fork: it writes into the new
// process before it detaches from it.
func TestDisplacedStepOverAForkEndsBehindIt(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "rawfork.c", Opt: "-O0"})
	script := "set displaced-stepping on\nbreak main\ncontinue\nbreak *fork_here\ncontinue\nstepi\np $pc - (long)&fork_here\nbreak *vfork_here\ncontinue\nstepi\np $pc - (long)&vfork_here\n" +
		"continue\n"
	for name, server := range map[string]string{"ours": bin + " gdbserver", "stock": tabletest.NeedTool(t, "gdbserver")} {
		t.Run(name, func(t *testing.T) {
			out := gdbRuns(t, program, fmt.Sprintf("target remote | %s - %s\n%s", server, program, script))
			wantInOrder(t, out, "Breakpoint 2", "Detaching after fork", "0x2", "Breakpoint 3", "Detaching after vfork", "0x2", "exited normally")
			wantInOrder(t, out, "forked 3 vforked 4")
		})
	}
}

// A process that clone(2) creates in the same memory is a thread to gdb unless its exit
// signal is SIGCHLD; both processes hit breakpoints.
func TestProcessInTheSameMemoryMeetsBreakpoints(t *testing.T) {
	bin := rseqstep(t)
	program := compile(t, "shares", `#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
static volatile int n;
static char stack[1 << 16];
static void marker(void) { n++; }
static int child(void *unused) { marker(); return 9; }
int main(int argc, char **argv)
{
	int status;
	pid_t pid = clone(child, stack + sizeof stack, CLONE_VM | (argc > 1 ? SIGCHLD : 0), NULL);
	waitpid(pid, &status, __WALL);
	printf("n %d status %d\n", n, WEXITSTATUS(status));
	return n != 1;
}
`, "-g", "-O0")
	for name, server := range map[string]string{"ours": bin + " gdbserver", "stock": tabletest.NeedTool(t, "gdbserver")} {
		for _, mode := range []string{"parent", "child"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				out := gdbRuns(t, program, fmt.Sprintf("target remote | %s - %s\nset follow-fork-mode %s\nbreak main\ncontinue\nbreak marker\ncontinue\nbt\nnext\ncontinue\n", server, program, mode))
				wantInOrder(t, out, "[New Thread ", "Thread 2", "hit Breakpoint 2, marker", "#0  marker", "in child (unused=", "n 1 status 9", "exited normally")
			})
		}
	}
	// A process with the exit signal of a fork can be followed or not: the memory can
	// have no breakpoints while one of the two is not debugged, and the server says so.
	for mode, want := range map[string][]string{
		"parent": {"that memory has no breakpoints before process", "exited normally"},
		"child":  {"which is detached: that memory has no breakpoints before process", "exited with code 011"},
	} {
		out := gdbRuns(t, program, fmt.Sprintf("target remote | %s gdbserver - %s child\nset follow-fork-mode %s\nbreak main\ncontinue\nbreak marker\ncontinue\n", bin, program, mode))
		wantInOrder(t, out, want...)
	}
}

// The new process has its own memory from the fork on, reads hide its breakpoints, and it
// sees what is written there.
func TestNewProcessIsReadAndWrittenBeforeItGoesOn(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "fork.c", Shape: tabletest.NoPIE})
	w, _, _ := serve(t, bin, "SOCKET", program)
	w.ask("qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+")
	w.ask("QStartNoAckMode")
	w.ask("QPassSignals:14")
	v, function := symbolIn(t, program, "v"), symbolIn(t, program, "child")
	code := w.ask(fmt.Sprintf("m%x,4", function))
	w.plants(function, "")
	reply := w.ask("vCont;c")
	m := regexp.MustCompile(`^T05fork:p([0-9a-f]+)\..*thread:(p[0-9a-f.]+);`).FindStringSubmatch(reply)
	if m == nil {
		t.Fatalf("stopped by %q", reply)
	}
	child := "Hgp" + m[1] + "." + m[1]
	for _, step := range [][2]string{
		{child, "OK"}, {fmt.Sprintf("m%x,4", function), code}, {fmt.Sprintf("m%x,1", v), "01"},
		{fmt.Sprintf("M%x,1:09", v), "OK"}, {fmt.Sprintf("m%x,1", v), "09"}, {"Pf=4d00000000000000", "OK"}, {"pf", "4d00000000000000"},
		{fmt.Sprintf("M%x,4:%s", function, code), "OK"}, {fmt.Sprintf("m%x,4", function), code}, {"Mffff0000,1:00", "E01"},
		{"Hg" + m[2], "OK"}, {fmt.Sprintf("m%x,1", v), "01"}, {"D;" + m[1], "OK"},
	} {
		if got := w.ask(step[0]); got != step[1] {
			t.Errorf("%s: %q, want %q", step[0], got, step[1])
		}
	}
	// The child runs child() without a breakpoint, and returns 1, the count that it finds.
	for _, want := range []string{"T05vfork:", "T05vforkdone:", "W01"} {
		if reply := w.ask("vCont;c"); !strings.HasPrefix(reply, want) {
			t.Errorf("stopped by %q, want %s", reply, want)
		}
	}
}
