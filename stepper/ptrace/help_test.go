//go:build linux && (amd64 || arm64)

package ptrace

import (
	"debug/elf"
	"os"
	"strconv"
	"testing"
	"time"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// compile builds a C program and returns its path.
func compile(t testing.TB, source string, flags ...string) string {
	t.Helper()
	return tabletest.BuildText(t, source, append([]string{"-O1", "-g", "-pthread", "-no-pie"}, flags...)...)
}

// launch compiles and starts a program; the test kills it at the test's end.
func launch(t testing.TB, source string, args ...string) *Process {
	t.Helper()
	return launchWith(t, LaunchOptions{Args: append([]string{"prog"}, args...)}, source)
}

// launchBare is launch of a program without a C library.
func launchBare(t testing.TB, source string) *Process {
	t.Helper()
	return launchWith(t, LaunchOptions{}, source, "-nostdlib", "-static")
}

// launchWith is launch with LaunchOptions; if they have a Path, it compiles nothing.
func launchWith(t testing.TB, o LaunchOptions, source string, flags ...string) *Process {
	t.Helper()
	tabletest.NeedPtrace(t)
	if o.Path == "" {
		o.Path = compile(t, source, flags...)
	}
	p, err := Launch(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
	})
	return p
}

// pipe is os.Pipe, closed at the test's end.
func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// symbol is the address of a symbol of the program's file. The fixtures are
// linked at fixed addresses (-no-pie), so that no test needs a load bias.
func symbol(t testing.TB, p *Process, name string) table.Addr {
	t.Helper()
	f, err := elf.Open(p.Executable())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	syms, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range syms {
		if s.Name == name {
			return table.Addr(s.Value)
		}
	}
	t.Fatalf("no symbol %s", name)
	return 0
}

// runTo runs a single-threaded program to a function's first instruction.
func runTo(t testing.TB, p *Process, name string) {
	t.Helper()
	at := symbol(t, p, name)
	if err := p.Insert(at); err != nil {
		t.Fatal(err)
	}
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventBreakpoint || ev.Addr != at {
		t.Fatalf("running to %s: %+v, %v", name, ev, err)
	}
	if err := p.Remove(at); err != nil {
		t.Fatal(err)
	}
}

// resumeAll resumes every stopped thread.
func resumeAll(t testing.TB, p *Process) {
	t.Helper()
	for _, tid := range p.Threads() {
		if p.Held(tid) {
			if err := p.Resume(tid, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// until resumes and waits for an event of the kind; it delivers signals and
// resumes new threads.
func until(t testing.TB, p *Process, kind tracee.EventKind) tracee.Event {
	t.Helper()
	for {
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == kind {
			return ev
		}
		switch ev.Kind {
		case tracee.EventSignal:
			err = p.Resume(ev.TID, ev.Signal)
		case tracee.EventClone:
			if err = p.Resume(ev.TID, 0); err == nil {
				err = p.Resume(ev.Child, 0)
			}
		case tracee.EventExit:
		default:
			t.Fatalf("waiting for kind %d, got %+v", kind, ev)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// spin creates the given number of threads, which sleep, and counts.
const spin = `
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
static void *sleeper(void *a) { for (;;) pause(); }
int main(int argc, char **argv) {
	pthread_t t;
	for (int n = argc > 1 ? atoi(argv[1]) : 0; n > 0; n--) pthread_create(&t, 0, sleeper, 0);
	for (volatile unsigned long x = 0;; x++) ;
}`

// settleThreads runs spin until it has created its threads, and stops it.
func settleThreads(t testing.TB, p *Process, threads string) {
	t.Helper()
	count, err := strconv.Atoi(threads)
	if err != nil {
		t.Fatal(err)
	}
	for settled := false; !settled; settled = len(p.Threads()) > count {
		resumeAll(t, p)
		time.AfterFunc(200*time.Millisecond, p.Interrupt)
		until(t, p, tracee.EventInterrupt)
		if err := p.Hold(); err != nil {
			t.Fatal(err)
		}
	}
}
