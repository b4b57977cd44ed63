//go:build linux && (amd64 || arm64)

package ptrace

import (
	"testing"

	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// looksRound asks in f, after the resume, which CPU it is on and on which CPUs it may
// run. Its status says whether a CPU was ever denied (1), or whether it woke on another
// CPU too often (2).
const looksRound = `
#define _GNU_SOURCE
#include <sched.h>
#define ROUNDS 200
static cpu_set_t all, now;
static int denied, moved, before;
__attribute__((noinline, noipa)) void f(void) {
	__asm__ volatile ("" ::: "memory");
	moved += sched_getcpu() != before; // no system call: it stops us
	denied += sched_getaffinity(0, sizeof now, &now) || !CPU_EQUAL(&now, &all);
}
int main(void) {
	sched_getaffinity(0, sizeof all, &all);
	for (int i = 0; i < ROUNDS; i++) { before = sched_getcpu(); f(); }
	return (denied > 0) + 2 * (moved > ROUNDS / 10);
}`

// A thread resumed in place keeps its CPU, and never sees another affinity than
// its own: it may read it, or pass it to a child, immediately. When
// ResumeInPlace returns, the thread has begun to run: until then another CPU
// could steal it.
func TestResumeInPlaceKeepsTheCPUAndTheAffinity(t *testing.T) {
	tabletest.NeedCPUs(t, 2)
	p := launch(t, looksRound)
	f := symbol(t, p, "f")
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	if err := p.Resume(p.PID(), 0); err != nil {
		t.Fatal(err)
	}
	rounds, waiting := 0, 0
	for {
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == tracee.EventProcessExit {
			if ev.Status.Code != 0 {
				t.Errorf("the program ended with %d", ev.Status.Code)
			}
			if waiting > rounds*tabletest.Slow()/10 { // the wait is bounded: on an emulated machine 29 of 200 had not begun
				t.Errorf("in %d of %d rounds it had yet to begin", waiting, rounds)
			}
			return
		}
		if ev.Kind != tracee.EventBreakpoint {
			t.Fatalf("got %+v", ev)
		}
		if err := p.Pin(ev.TID); err != nil {
			t.Fatal(err)
		}
		stepOver(t, p, ev.TID, f)
		before, counted := p.turns(ev.TID)
		if err := p.resumeInPlace(ev.TID, 0); err != nil {
			t.Fatal(err)
		}
		rounds++
		if after, ok := p.turns(ev.TID); counted && ok && after == before {
			waiting++
		}
	}
}
