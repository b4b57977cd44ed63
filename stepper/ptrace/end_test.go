//go:build linux && (amd64 || arm64)

package ptrace

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// ends starts sleeping threads, and ends in a way that the caller chooses, from
// the leader or from the last thread.
const ends = `
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>
static void end(const char *how) {
	if (!strcmp(how, "exit")) syscall(SYS_exit_group, 3);
	if (!strcmp(how, "exec")) execl("/proc/self/exe", "again", (char *)0);
	if (!strcmp(how, "kill")) kill(getpid(), 9);
}
__attribute__((noinline, noipa)) void ready(const char *how) { end(how); }
static void *sleeper(void *how) { if (how) ready(how); for (;;) pause(); }
int main(int argc, char **argv) {
	pthread_t t;
	if (argc == 1) return 4;
	for (int n = 12; n > 0; n--) pthread_create(&t, 0, sleeper, n == 1 && argv[2][0] == 't' ? argv[1] : 0);
	if (argv[2][0] == 'l') ready(argv[1]);
	for (;;) pause();
}`

// runToReady runs ends until the thread that will end it is about to do so, and stops it.
func runToReady(t *testing.T, path, how, who string) (*Process, int) {
	t.Helper()
	p := launchWith(t, LaunchOptions{Path: path, Args: []string{path, how, who}}, "")
	at := symbol(t, p, "ready")
	if err := p.Insert(at); err != nil {
		t.Fatal(err)
	}
	resumeAll(t, p)
	ev := until(t, p, tracee.EventBreakpoint)
	if err := p.Hold(); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove(at); err != nil {
		t.Fatal(err)
	}
	return p, ev.TID
}

// TestSteppedThreadMayEndTheProcess: waiting for that thread alone would never
// end, because the others must be reaped first.
func TestSteppedThreadMayEndTheProcess(t *testing.T) {
	path := compile(t, ends)
	for _, who := range []string{"leader", "thread"} {
		for how, want := range map[string]tracee.ExitStatus{
			"exit": {Code: 3}, "kill": {Signaled: true, Signal: int(unix.SIGKILL)}, "exec": {Code: 4},
		} {
			for name, patience := range map[string]time.Duration{"": 0, " with patience": time.Minute} {
				t.Run(who+" "+how+name, func(t *testing.T) {
					p, tid := runToReady(t, path, how, who)
					checkEnd(t, p, tid, want, patience)
				})
			}
		}
	}
}

func checkEnd(t *testing.T, p *Process, tid int, want tracee.ExitStatus, patience time.Duration) {
	t.Helper()
	for {
		ev, err := p.Step(tid, 0, patience)
		if err != nil {
			t.Fatal(err)
		}
		switch ev.Kind {
		case tracee.EventStep:
			continue
		case tracee.EventExit:
			if ev, err = p.Wait(nil); err != nil {
				t.Fatal(err)
			}
			for ev.Kind == tracee.EventExit {
				if ev, err = p.Wait(nil); err != nil {
					t.Fatal(err)
				}
			}
		case tracee.EventExec:
			if got := p.Threads(); !slices.Equal(got, []int{p.PID()}) {
				t.Errorf("after the exec the threads are %v", got)
			}
			if ev, err = p.Run(p.PID(), 0, 0); err != nil {
				t.Fatal(err)
			}
		}
		if ev.Kind != tracee.EventProcessExit || ev.Status != want {
			t.Errorf("got %+v, want the process's end with %+v", ev, want)
		}
		return
	}
}

func TestKillFromOutsideIsAnEvent(t *testing.T) {
	p, tid := runToReady(t, compile(t, ends), "none", "leader")
	if err := unix.Kill(p.PID(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for {
		ev, err := p.Step(tid, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == tracee.EventStep {
			continue // it had not died yet
		}
		if ev.Kind != tracee.EventProcessExit || ev.Status.Signal != int(unix.SIGKILL) {
			t.Errorf("got %+v", ev)
		}
		return
	}
}

func TestHoldOutlivesThreadsThatEnd(t *testing.T) {
	p := launch(t, `
#include <pthread.h>
static void *brief(void *a) { return 0; }
int main(void) {
	for (int i = 0; i < 300; i++) { pthread_t t[4];
		for (int j = 0; j < 4; j++) pthread_create(&t[j], 0, brief, 0);
		for (int j = 0; j < 4; j++) pthread_join(t[j], 0); }
	return 6;
}`)
	clones, exits := 0, 0
	for n := 0; ; n++ {
		resumeAll(t, p)
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		switch ev.Kind {
		case tracee.EventClone:
			clones++
		case tracee.EventExit:
			exits++
		case tracee.EventProcessExit:
			// The process's exit event replaces the thread exits that were not
			// reported yet.
			if ev.Status.Code != 6 || clones != 1200 || exits < 1196 {
				t.Errorf("%+v, of 1200 threads %d were created and %d ended", ev.Status, clones, exits)
			}
			return
		default:
			t.Fatalf("got %+v", ev)
		}
		if n%3 == 0 {
			if err := p.Hold(); err != nil {
				t.Fatal(err)
			}
			for _, tid := range p.Threads() {
				if !p.Held(tid) {
					t.Fatalf("thread %d is not held after Hold", tid)
				}
			}
		}
	}
}

func TestLeaderMayEndBeforeItsThreads(t *testing.T) {
	p := launch(t, `
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static pthread_t leader;
__attribute__((noinline, noipa)) void ready(void) {}
static void *last(void *a) { pthread_join(leader, 0); ready(); exit(8); }
int main(void) { pthread_t t; leader = pthread_self(); pthread_create(&t, 0, last, 0); pthread_exit(0); }`)
	if err := p.Insert(symbol(t, p, "ready")); err != nil {
		t.Fatal(err)
	}
	resumeAll(t, p)
	ev := until(t, p, tracee.EventBreakpoint)
	if err := p.Hold(); err != nil {
		t.Fatal(err)
	}
	borrow(t, p, ev.TID)
	stepOver(t, p, ev.TID, symbol(t, p, "ready"))
	resumeAll(t, p)
	if ev := until(t, p, tracee.EventProcessExit); ev.Status.Code != 8 {
		t.Errorf("got %+v", ev)
	}
}
