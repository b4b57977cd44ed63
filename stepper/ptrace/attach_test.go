//go:build linux && (amd64 || arm64)

package ptrace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// worker has threads that start and end continually; after a line on its
// standard input it joins them, prints its counts and ends.
const worker = `
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
static atomic_int stop;
static volatile long counts[3];
static void *brief(void *p) { ++*(volatile long *)p; return 0; }
__attribute__((noinline, noipa)) void round_(long *n) { pthread_t t; if (!pthread_create(&t, 0, brief, n)) pthread_join(t, 0); }
static void *work(void *p) { while (!stop) round_(p); return 0; }
int main(void) {
	pthread_t t[3];
	for (int i = 0; i < 3; i++) pthread_create(&t[i], 0, work, (void *)&counts[i]);
	while (!counts[0] || !counts[1] || !counts[2]) ;
	puts("ready"); fflush(stdout);
	getchar();
	stop = 1;
	for (int i = 0; i < 3; i++) pthread_join(t[i], 0);
	printf("%d\n", counts[0] && counts[1] && counts[2]);
	return 21;
}`

// running starts a program that nothing traces and waits for its "ready". It
// must end with status 21 after a line, having printed 1.
func running(t *testing.T, source string) (pid int, finish func()) {
	t.Helper()
	tabletest.NeedPtrace(t)
	cmd := exec.Command(compile(t, source))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// Another OS thread starts it, so that no wait of the tracer's reaps it.
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the fixture says %q, %v", line, err)
	}
	ended := false
	t.Cleanup(func() {
		if !ended {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd.Process.Pid, func() {
		t.Helper()
		ended = true
		if _, err := io.WriteString(in, "\n"); err != nil {
			t.Error(err)
		}
		rest, err := io.ReadAll(lines)
		if string(rest) != "1\n" || err != nil {
			t.Errorf("the program printed %q, %v", rest, err)
		}
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 21 {
			t.Errorf("the program ended with %v", err)
		}
	}
}

// relay has threads that each create a successor and end at once: no two
// listings are the same. A line on its standard input ends it.
const relay = `
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
static atomic_int stop, live;
static void *runner(void *p) { pthread_t t; if (stop || pthread_create(&t, 0, runner, p)) live--; else pthread_detach(t); return 0; }
int main(void) {
	for (int i = 0; i < 8; i++) { pthread_t t; live++; pthread_create(&t, 0, runner, 0); pthread_detach(t); }
	puts("ready"); fflush(stdout);
	getchar();
	stop = 1;
	while (live) ;
	puts("1");
	return 21;
}`

func TestAttachMissesNoThreadOfARelay(t *testing.T) {
	for _, runners := range []string{"1", "8"} {
		t.Run(runners, func(t *testing.T) {
			pid, finish := running(t, strings.Replace(relay, "i < 8", "i < "+runners, 1))
			for n := range tabletest.Rounds(t, 60, 300) {
				p := attach(t, pid)
				for range 3 { // one that runs free is not in every list
					for _, id := range must(tasks(pid)) {
						if tracer := taskStatus(pid, id, "TracerPid"); tracer == "0" {
							t.Fatalf("attach %d: thread %d is not traced: %v", n, id, p.Threads())
						}
					}
					if st := must(readStat(pid, pid)); st.threads != len(p.Threads()) {
						t.Fatalf("attach %d: %d threads, %v are traced", n, st.threads, p.Threads())
					}
				}
				if err := p.Detach(); err != nil {
					t.Fatal(err)
				}
			}
			finish()
		})
	}
}

func TestAttachHoldsEveryThreadAndDetachLeavesNothing(t *testing.T) {
	pid, finish := running(t, worker)
	for range 5 {
		p := attach(t, pid)
		ids, err := tasks(pid)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			if st, err := readStat(pid, id); err == nil && st.state != 't' && st.state != 'Z' {
				t.Errorf("thread %d is in state %c", id, st.state)
			}
		}
		if p.Threads()[0] != pid || len(p.Threads()) < 4 {
			t.Errorf("threads %v of %d", p.Threads(), pid)
		}
		at := symbol(t, p, "round_")
		if err := p.Insert(at); err != nil {
			t.Fatal(err)
		}
		if err := p.SetDebug(0, 2, tracee.DebugWrite, symbol(t, p, "stop"), 4); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			resumeAll(t, p)
			ev := until(t, p, tracee.EventBreakpoint)
			stepOver(t, p, ev.TID, at)
		}
		resumeAll(t, p)
		time.Sleep(5 * time.Millisecond)
		if err := p.Detach(); err != nil {
			t.Fatal(err)
		}
		if p.Alive() {
			t.Error("alive after Detach")
		}
	}
	for _, id := range must(tasks(pid)) {
		if v := taskStatus(pid, id, "TracerPid"); v != "0" && v != "" {
			t.Errorf("thread %d is still traced by %s", id, v)
		}
	}
	finish()
}

// many has twelve threads and prints their ids in the order of their creation.
const many = `
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *wait_(void *p) { *(int *)p = gettid(); pause(); return 0; }
int main(void) {
	puts("ready");
	for (int i = 0; i < 12; i++) {
		pthread_t t;
		volatile int tid = 0;
		pthread_create(&t, 0, wait_, (void *)&tid);
		while (!tid) ;
		printf("%d ", tid);
	}
	puts("");
	fflush(stdout);
	pause();
}`

// gdb numbers threads as the kernel lists them, and a change of hands between debuggers keeps the numbers.
func TestAttachListsThreadsInTheOrderOfTheirCreation(t *testing.T) {
	cmd := exec.Command(compile(t, many))
	tabletest.NeedPtrace(t)
	out := must(cmd.StdoutPipe())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	lines := bufio.NewReader(out)
	must(lines.ReadString('\n'))
	want := strings.Fields(must(lines.ReadString('\n')))
	p := attach(t, cmd.Process.Pid)
	if got := strings.Fields(strings.Trim(fmt.Sprint(p.Threads()[1:]), "[]")); !slices.Equal(got, want) {
		t.Errorf("threads %v, created in the order %v", got, want)
	}
	if err := p.Detach(); err != nil {
		t.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// taskStatus reads a field of one thread; "" when it is gone.
func taskStatus(pid, tid int, name string) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", pid, tid))
	for line := range strings.SplitSeq(string(b), "\n") {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func TestDetachKeepsAStoppedProcessStopped(t *testing.T) {
	pid, finish := running(t, worker)
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p := attach(t, pid)
	if err := p.Detach(); err != nil {
		t.Fatal(err)
	}
	waitState(t, pid, 'T')
	if err := unix.Kill(pid, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	finish()
}

// attach attaches, and detaches at the test's end if the test has not.
func attach(t *testing.T, pid int) *Process {
	t.Helper()
	p, err := Attach(pid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.Alive() {
			_ = p.Detach()
		}
	})
	return p
}

// waitState waits until the leader is in a state of proc_pid_stat(5).
func waitState(t *testing.T, pid int, want byte) {
	t.Helper()
	var st stat
	for range 1000 {
		if st, _ = readStat(pid, pid); st.state == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("state %c, want %c", st.state, want)
}

func TestDetachDeliversTheSignalThatWasHeld(t *testing.T) {
	for name, drop := range map[string]bool{"kept": false, "dropped": true} {
		t.Run(name, func(t *testing.T) {
			pid, finish := running(t, `
#include <signal.h>
#include <stdio.h>
static volatile int seen;
static void handler(int s) { seen++; }
int main(int argc, char **argv) {
	struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESTART};
	sigaction(SIGUSR1, &a, 0); sigaction(SIGUSR2, &a, 0);
	puts("ready"); fflush(stdout); getchar(); printf("%d\n", seen); return 21; }`)
			p := attach(t, pid)
			if err := unix.Kill(pid, unix.SIGUSR1); err != nil {
				t.Fatal(err)
			}
			ev, err := p.Run(pid, 0, 0)
			if err != nil || ev.Kind != tracee.EventSignal {
				t.Fatalf("got %+v, %v", ev, err)
			}
			if drop {
				if err := p.DropSignal(pid); err != nil {
					t.Fatal(err)
				}
				if err := unix.Kill(pid, unix.SIGUSR2); err != nil { // sent after the detach
					t.Fatal(err)
				}
			}
			if err := p.Detach(); err != nil {
				t.Fatal(err)
			}
			finish()
		})
	}
}

func TestAttachSaysWhatIsWrong(t *testing.T) {
	tabletest.NeedPtrace(t)
	check := func(name string, pid int, want error, words string) {
		t.Helper()
		_, err := Attach(pid)
		if !errors.Is(err, want) || !strings.Contains(fmt.Sprint(err), words) {
			t.Errorf("%s: %v; want %v and %q", name, err, want, words)
		}
	}
	check("nonsense", -1, unix.EINVAL, "not a process id")
	check("ourselves", os.Getpid(), unix.EPERM, "debugger itself")
	gone := exec.Command("/bin/true")
	if err := gone.Start(); err != nil {
		t.Fatal(err)
	}
	waitState(t, gone.Process.Pid, 'Z')
	check("zombie", gone.Process.Pid, unix.ESRCH, "zombie")
	_ = gone.Wait()
	check("gone", gone.Process.Pid, unix.ESRCH, "no such process")

	p := launch(t, spin, "1")
	check("traced", p.PID(), unix.EPERM, statusField(os.Getpid(), "Name"))
	settleThreads(t, p, "1")
	check("thread", p.Threads()[1], unix.EINVAL, fmt.Sprint(p.PID()))
}

// A function call by gdb leaves this behind: the function returned to the
// stack, where no code may run, and gdb restored the registers.
func TestDetachDeliversNoFaultThatTheProgramHasLeft(t *testing.T) {
	pid, finish := running(t, `
#include <stdio.h>
int main(void) { puts("ready"); fflush(stdout); getchar(); puts("1"); return 21; }`)
	p := attach(t, pid)
	var before machine.Regs
	if err := p.Regs(pid, &before); err != nil {
		t.Fatal(err)
	}
	away := before
	away.SetPC(before.SP())
	away.ForgetSyscall()
	if err := p.SetRegs(pid, &away); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Run(pid, 0, 0); err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGSEGV) {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if err := errors.Join(p.SetRegs(pid, &before), p.Detach()); err != nil {
		t.Fatal(err)
	}
	finish()
}
