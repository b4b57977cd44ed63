//go:build linux && (amd64 || arm64)

package ptrace

import (
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// forks makes a child by fork, vfork or vfork and exec, both of which call f,
// and ends with the child's status.
const forks = `
#define _GNU_SOURCE
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int calls;
__attribute__((noinline, noipa)) void f(void) { calls++; }
int main(int argc, char **argv) {
	int status;
	if (argc == 1) return 5;                  // what the exec runs
	if (!strcmp(argv[1], "exec")) { execl("/proc/self/exe", "again", (char *)0); return 99; }
	int v = argv[1][0] == 'v';
	pid_t pid = v ? vfork() : fork();
	if (pid == 0) {
		f();
		if (!strcmp(argv[1], "vexec")) { execl("/proc/self/exe", "again", (char *)0); }
		_exit(7);
	}
	f();
	if (wait(&status) != pid) return 98;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}`

// runToChild runs until the child exists, with a breakpoint on f.
func runToChild(t *testing.T, how string, kind tracee.EventKind) (*Process, tracee.Event) {
	t.Helper()
	p := launch(t, forks, how)
	if err := p.Insert(symbol(t, p, "f")); err != nil {
		t.Fatal(err)
	}
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != kind || ev.Child == 0 {
		t.Fatalf("got %+v, %v", ev, err)
	}
	return p, ev
}

// runPassing is Run of the leaderthat discards SIGCHLD.
func runPassing(p *Process) (tracee.Event, error) {
	sig := 0
	for {
		ev, err := p.Run(p.PID(), sig, 0)
		if err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGCHLD) {
			return ev, err
		}
		sig = ev.Signal
	}
}

func TestDetachedChildMeetsNoBreakpoint(t *testing.T) {
	for how, want := range map[string]struct {
		kind   tracee.EventKind
		status int
	}{"fork": {tracee.EventFork, 7}, "vfork": {tracee.EventVfork, 7}, "vexec": {tracee.EventVfork, 5}} {
		t.Run(how, func(t *testing.T) {
			p, ev := runToChild(t, how, want.kind)
			if err := p.DetachChild(ev.Child); err != nil {
				t.Fatal(err)
			}
			ev, err := runPassing(p)
			if want.kind == tracee.EventVfork {
				if err != nil || ev.Kind != tracee.EventVforkDone {
					t.Fatalf("got %+v, %v, want EventVforkDone", ev, err)
				}
				ev, err = runPassing(p)
			}
			if err != nil || ev.Kind != tracee.EventBreakpoint {
				t.Fatalf("got %+v, %v, want the breakpoint in the parent", ev, err)
			}
			stepOver(t, p, p.PID(), ev.Addr)
			if ev, err = runPassing(p); err != nil || ev.Kind != tracee.EventProcessExit {
				t.Fatalf("got %+v, %v", ev, err)
			}
			if ev.Status.Code != want.status {
				t.Errorf("the parent ended with %+v, the child's status should be %d", ev.Status, want.status)
			}
		})
	}
}

func TestFollowedChildMeetsTheBreakpointAndTheParentDoesNot(t *testing.T) {
	p, ev := runToChild(t, "fork", tracee.EventFork)
	parent := p.PID()
	if err := p.Insert(symbol(t, p, "main")); err != nil { // not in the copy
		t.Fatal(err)
	}
	if err := p.Follow(ev.Child); err != nil {
		t.Fatal(err)
	}
	if p.PID() != ev.Child || p.PID() == parent || !p.Held(ev.Child) || !p.Inserted(symbol(t, p, "main")) {
		t.Fatalf("following %d: PID %d, threads %v", ev.Child, p.PID(), p.Threads())
	}
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventBreakpoint {
		t.Fatalf("got %+v, %v, want the breakpoint", ev, err)
	}
	stepOver(t, p, p.PID(), ev.Addr)
	if ev, err = p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 7 {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if ws, err := tabletest.Reap(parent); err != nil || ws.ExitStatus() != 7 {
		t.Errorf("the parent ended with %#x, %v", ws, err)
	}
}

// followVfork follows the child of a vfork to the breakpoint it hits in the memory of its
// parent, which is stopped.
func followVfork(t *testing.T, how string) (p *Process, parent int) {
	t.Helper()
	p, ev := runToChild(t, how, tracee.EventVfork)
	parent = p.PID()
	if err := p.Follow(ev.Child); err != nil {
		t.Fatal(err)
	}
	var r machine.Regs
	if pid, threads := p.Former(); pid != parent || len(threads) != 1 || p.Regs(threads[0], &r) != nil {
		t.Fatalf("process %d is held with threads %v, want %d", pid, threads, parent)
	}
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventBreakpoint {
		t.Fatalf("got %+v, %v, want the breakpoint", ev, err)
	}
	stepOver(t, p, p.PID(), ev.Addr)
	return p, parent
}

// parentEnds waits for the parent to end; the parent must not have hit a
// breakpoint.
func parentEnds(t *testing.T, parent int) unix.WaitStatus {
	t.Helper()
	ws, err := tabletest.Reap(parent)
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

func TestFollowedVforkChildMeetsTheBreakpointAndItsParentDoesNot(t *testing.T) {
	p, parent := followVfork(t, "vexec")
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventExec {
		t.Fatalf("got %+v, %v, want EventExec", ev, err)
	}
	if pid, _ := p.Former(); pid != 0 {
		t.Errorf("process %d is still held", pid)
	}
	runTo(t, p, "main")
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 5 {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if ws := parentEnds(t, parent); ws.ExitStatus() != 5 {
		t.Errorf("the parent ended with %#x", ws)
	}
}

// However the child leaves the memory, its parent resumes and ends correctly.
func TestParentOfAFollowedVforkChildIsLeftIntact(t *testing.T) {
	for name, c := range map[string]struct {
		ends func(p *Process, parent int) error
		want unix.WaitStatus
	}{
		"its end": {func(p *Process, parent int) error {
			_, err := p.Run(p.PID(), 0, 0)
			return err
		}, 7 << 8},
		"kill":   {func(p *Process, parent int) error { return p.Kill() }, (100 + 9) << 8},
		"detach": {func(p *Process, parent int) error { return p.Detach() }, 7 << 8},
	} {
		t.Run(name, func(t *testing.T) {
			p, parent := followVfork(t, "vfork")
			if err := c.ends(p, parent); err != nil {
				t.Fatal(err)
			}
			if ws := parentEnds(t, parent); ws != c.want {
				t.Errorf("the parent ended with %#x, want %#x", ws, c.want)
			}
		})
	}
}

func TestChildOfAVforkOutlivesItsHeldParent(t *testing.T) {
	p, parent := followVfork(t, "vfork")
	if err := unix.Kill(parent, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 7 {
		t.Errorf("got %+v, %v", ev, err)
	}
	if ws, err := tabletest.Reap(parent); err == nil && ws != unix.WaitStatus(unix.SIGKILL) { // or it was reaped by its tracer
		t.Errorf("the parent ended with %#x", ws)
	}
}

func TestExecForgetsBreakpointsAndRegisters(t *testing.T) {
	p := launch(t, forks, "exec")
	f := symbol(t, p, "main")
	if err := p.SetDebug(0, 0, tracee.DebugExecute, f+opAlign, 1); err != nil {
		t.Fatal(err)
	}
	if err := p.Insert(symbol(t, p, "f")); err != nil {
		t.Fatal(err)
	}
	ev, err := p.Run(p.PID(), 0, 0)
	for err == nil && ev.Kind == tracee.EventDebug {
		ev, err = p.Run(p.PID(), 0, 0)
	}
	if err != nil || ev.Kind != tracee.EventExec || ev.TID != p.PID() {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if p.Inserted(symbol(t, p, "f")) {
		t.Error("a breakpoint is still said to be there")
	}
	borrow(t, p, p.PID())
	runTo(t, p, "main") // the memory is the new program's
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 5 {
		t.Errorf("got %+v, %v", ev, err)
	}
}

// shared makes a child that shares its memory, by vfork, and after a line of input
// executes itself from another thread.
const shared = `
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int calls;
__attribute__((noinline, noipa)) void f(void) { calls++; }
static void *second(void *unused) {
	char c;
	read(0, &c, 1);
	execl("/proc/self/exe", "again", (char *)0);
	return unused;
}
int main(int argc, char **argv) {
	int status;
	pthread_t t;
	if (!strcmp(argv[0], "again")) {
		f();
		if (wait(&status) < 0) return 98;
		return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
	}
	pthread_create(&t, 0, second, 0);
	if (vfork() == 0) { f(); _exit(7); }
	pthread_join(t, 0);
	return 99;
}`

// After another thread's exec the child's maker is gone: nothing waits for the child to
// leave the memory, and the new program has its own.
func TestExecWhileAChildSharesTheMemoryLeavesBothRight(t *testing.T) {
	r, w := pipe(t)
	p := launchWith(t, LaunchOptions{Args: []string{"prog"}, Stdin: r}, shared, "-pthread")
	f := symbol(t, p, "f")
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	resumeAll(t, p)
	made := until(t, p, tracee.EventVfork)
	if _, err := w.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	until(t, p, tracee.EventExec)
	if err := p.DetachChild(made.Child); err != nil {
		t.Fatal(err)
	}
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	ev, err := runPassing(p)
	if err != nil || ev.Kind != tracee.EventBreakpoint || ev.Addr != f {
		t.Fatalf("got %+v, %v, want the breakpoint of the new program", ev, err)
	}
	if err := p.Remove(f); err != nil {
		t.Fatal(err)
	}
	if ev, err = runPassing(p); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 7 {
		t.Errorf("got %+v, %v; the child ends with 7 where it meets no trap", ev, err)
	}
}

// A child that was not reported before the exec is still reported, and does not stay
// stopped for ever.
func TestChildThatAnExecOvertookIsReported(t *testing.T) {
	r, w := pipe(t)
	p := launchWith(t, LaunchOptions{Args: []string{"prog"}, Stdin: r}, shared, "-pthread")
	resumeAll(t, p)
	made := until(t, p, tracee.EventVfork)
	p.push(made) // as if no one had waited for it
	if _, err := w.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	for p.queue[len(p.queue)-1].Kind != tracee.EventExec {
		got, err := p.collect(-1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got != kicked {
			if err := p.take(got, p.status); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ev := until(t, p, tracee.EventFork); ev.Child != made.Child {
		t.Fatalf("got %+v", ev)
	}
	if err := p.DetachChild(made.Child); err != nil {
		t.Fatal(err)
	}
	until(t, p, tracee.EventExec)
	if ev, err := runPassing(p); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 7 {
		t.Errorf("got %+v, %v", ev, err)
	}
}
