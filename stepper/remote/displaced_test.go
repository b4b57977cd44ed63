package remote

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// With displaced stepping gdb executes the instruction under a breakpoint elsewhere,
// and puts what that makes of a fork right in both processes: it writes into the new
// one before it lets go of it.
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

// Where a new process runs in its parent's memory, and the parent as well, there can
// be no breakpoints in it while one of them is not debugged: that is said.
func TestMemoryThatIsSharedWithAFreeProcessHasNoBreakpointsInWords(t *testing.T) {
	bin := rseqstep(t)
	program := compile(t, "shares", `#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
static volatile int n;
static char stack[1 << 16];
static void marker(void) { n++; }
static int child(void *unused) { marker(); return 9; }
int main(void)
{
	int status;
	pid_t pid = clone(child, stack + sizeof stack, CLONE_VM, NULL);
	waitpid(pid, &status, __WALL);
	printf("n %d status %d\n", n, WEXITSTATUS(status));
	return n != 1;
}
`, "-g", "-O0")
	for mode, want := range map[string][]string{
		"parent": {"no breakpoint is in it before process", "exited normally"},
		"child":  {"which was let go: no breakpoint is in it before process", "exited with code 011"},
	} {
		out := gdb(t, bin, program, "", "CONNECT\nset follow-fork-mode "+mode+"\nbreak main\ncontinue\nbreak marker\ncontinue\n")
		wantInOrder(t, out, want...)
	}
}

// The new process's memory is its own from the fork on, its breakpoints are hidden in
// it, and what is written there is what it finds.
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
	// The child runs child() without a breakpoint, and returns 1 for the count that it finds.
	for _, want := range []string{"T05vfork:", "T05vforkdone:", "W01"} {
		if reply := w.ask("vCont;c"); !strings.HasPrefix(reply, want) {
			t.Errorf("stopped by %q, want %s", reply, want)
		}
	}
}
