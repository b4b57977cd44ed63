//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

var _ tracee.CallTarget = (*Process)(nil)

// The program's results are those of the kernel, so a test that answers 1234
// knows that its answer was used. 335 is trapped by its SIGILL, 1000 by a
// filter.
const asks = `
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static long call(long nr) { errno = 0; return syscall(nr, 1, 2, 3, 4, 5, 6); }
__attribute__((noinline, noipa)) void ready(void) { __asm__ volatile(""); }
int main(int argc, char **argv) {
	long nr = atol(argv[1]);
	if (!strcmp(argv[2], "once")) { ready(); return call(nr) == 1234 ? 7 : errno; }
	if (!strcmp(argv[2], "filter")) { // a filter of its own that wants a tracer
		struct sock_filter f[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 9), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
		struct sock_fprog p = { 4, f };
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p)) return 1;
		return call(SYS_getppid) == -1 && errno == ENOSYS && call(nr) == 1234 ? 7 : 2;
	}
	if (!strcmp(argv[2], "child")) { // a child that outlives its parent
		int fd[2]; char c;
		if (pipe(fd)) return 1;
		if (fork() == 0) {
			close(fd[1]);
			if (call(nr) != 1234) _exit(1);
			while (read(fd[0], &c, 1) < 0) ;    // until the parent has ended
			printf("still here\n"); fflush(stdout);
			_exit(0);
		}
		return call(nr) == 1234 ? 7 : 2;
	}
	return 3;
}`

// launchAsking starts asks with a call trapped and answered for children.
func launchAsking(t *testing.T, number int, what string, stdout *os.File) *Process {
	t.Helper()
	p := launchWith(t, LaunchOptions{Args: []string{"prog", fmt.Sprint(number), what}, Trap: uint64(number), Stdout: stdout}, asks)
	p.Serve(func(c tracee.Caller) error { return c.Answer(1234) })
	return p
}

// answering runs a single-threaded program to its end and answers its calls.
func answering(t *testing.T, p *Process) (calls int, end tracee.Event) {
	t.Helper()
	for {
		ev, err := p.Run(p.PID(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		switch ev.Kind {
		case tracee.EventProcessExit:
			return calls, ev
		case tracee.EventFork:
			if err := p.DetachChild(ev.Child); err != nil {
				t.Fatal(err)
			}
		case tracee.EventSyscall:
			calls++
			c, err := p.Caller(ev.TID)
			if err != nil {
				t.Fatal(err)
			}
			if args, err := c.Arguments(); err != nil || args != [6]uint64{1, 2, 3, 4, 5, 6} {
				t.Errorf("arguments %v, %v", args, err)
			}
			if ids := p.Calls(); len(ids) != 1 || ids[0] != ev.TID {
				t.Errorf("calls %v", ids)
			}
			if err := c.Answer(1234); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTrappedCallIsAnsweredOnce(t *testing.T) {
	for _, number := range []int{335, 1000} {
		p := launchAsking(t, number, "once", nil)
		if calls, ev := answering(t, p); calls != 1 || ev.Status.Code != 7 {
			t.Errorf("%d: %d calls, %+v", number, calls, ev)
		}
	}
}

func TestUnansweredCallComesAgain(t *testing.T) {
	for _, number := range []int{335, 1000} {
		p := launchAsking(t, number, "once", nil)
		for range 3 {
			ev, err := p.Run(p.PID(), 0, 0)
			if err != nil || ev.Kind != tracee.EventSyscall {
				t.Fatalf("%d: %+v, %v", number, ev, err)
			}
			// Meanwhile the thread may execute something else.
			borrow(t, p, p.PID())
		}
		if calls, ev := answering(t, p); calls != 1 || ev.Status.Code != 7 {
			t.Errorf("%d: %d calls, %+v", number, calls, ev)
		}
	}
}

func TestStepOverATrappedCallEndsBehindIt(t *testing.T) {
	for _, number := range []int{335, 1000} {
		p := launchAsking(t, number, "once", nil)
		runTo(t, p, "ready")
		ev, err := p.Step(p.PID(), 0, 0)
		for err == nil && ev.Kind == tracee.EventStep {
			ev, err = p.Step(p.PID(), 0, 0)
		}
		var at, behind machine.Regs
		if err != nil || ev.Kind != tracee.EventSyscall || p.Regs(p.PID(), &at) != nil {
			t.Fatalf("%d: %+v, %v", number, ev, err)
		}
		c, err := p.Caller(p.PID())
		if err != nil || c.Answer(1234) != nil {
			t.Fatal(err)
		}
		if ev, err = p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventStep {
			t.Fatalf("%d: %+v, %v", number, ev, err)
		}
		if err := p.Regs(p.PID(), &behind); err != nil || behind.PC() != at.PC() || behind.Results()[0] != 1234 {
			t.Errorf("%d: PC %v, was %v; result %d; %v", number, behind.PC(), at.PC(), behind.Results()[0], err)
		}
		if _, ev := answering(t, p); ev.Status.Code != 7 {
			t.Errorf("%d: %+v", number, ev)
		}
	}
}

func TestFilterOfTheProgramsOwnWorksAsUntraced(t *testing.T) {
	for _, number := range []int{335, 1000} {
		p := launchAsking(t, number, "filter", nil)
		if calls, ev := answering(t, p); calls != 1 || ev.Status.Code != 7 {
			t.Errorf("%d: %d calls, %+v", number, calls, ev)
		}
	}
}

func TestServedChildOutlivesItsParentAndTheDebugger(t *testing.T) {
	for _, how := range []string{"exit", "detach", "kill"} {
		t.Run(how, func(t *testing.T) {
			r, w := pipe(t)
			p := launchAsking(t, 335, "child", w)
			w.Close()
			ev, err := p.Run(p.PID(), 0, 0)
			if err != nil || ev.Kind != tracee.EventFork {
				t.Fatalf("%+v, %v", ev, err)
			}
			if err := p.DetachChild(ev.Child); err != nil {
				t.Fatal(err)
			}
			waitServed(t, p) // the tracer answers its call while it waits
			switch how {
			case "exit":
				if _, ev := answering(t, p); ev.Status.Code != 7 {
					t.Errorf("%+v", ev)
				}
			case "detach", "kill":
				end := p.Detach
				if how == "kill" {
					end = p.Kill
				}
				if err := end(); err != nil {
					t.Error(err)
				}
			}
			if len(p.served) != 0 {
				t.Errorf("still served: %v", p.served)
			}
			text, err := io.ReadAll(r)
			if err != nil || string(text) != "still here\n" {
				t.Errorf("the child wrote %q, %v", text, err)
			}
		})
	}
}

// waitServed waits until the served process waits for its parent.
func waitServed(t *testing.T, p *Process) {
	t.Helper()
	p.kicker.keepTicking()
	defer p.kicker.quiet()
	for n := 0; n < 1000; n++ {
		for tid := range p.served {
			if st, err := readStat(tid, tid); err == nil && st.state == 'S' {
				return
			}
		}
		got, err := p.collect(-1, waitNoHang)
		if err != nil {
			t.Fatal(err)
		}
		if got > 0 {
			if err := p.take(got, p.status); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the child has not come to its read")
}

func TestListHasItsRanges(t *testing.T) {
	for _, c := range []struct {
		list string
		n    int
		want bool
	}{
		{"0-3,8", 0, true}, {"0-3,8", 3, true}, {"0-3,8", 4, false}, {"0-3,8", 8, true}, {"5", 5, true}, {"", 0, false}, {"a-b", 0, false},
	} {
		if got := listHas(c.list, c.n); got != c.want {
			t.Errorf("%q has %d: %v", c.list, c.n, got)
		}
	}
}
