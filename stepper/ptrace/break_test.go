//go:build linux && (amd64 || arm64)

package ptrace

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// busy runs f in several threads and exits with status 0 if every call happened
// exactly once.
const busy = `
#include <pthread.h>
#define THREADS 4
#define ROUNDS 25
static long sums[THREADS];
__attribute__((noinline, noipa)) void f(long *sum) { *sum += 3; }
static void *work(void *p) { for (int i = 0; i < ROUNDS; i++) f(p); return 0; }
int main(void) {
	pthread_t t[THREADS];
	for (int i = 0; i < THREADS; i++) pthread_create(&t[i], 0, work, &sums[i]);
	int bad = 0;
	for (int i = 0; i < THREADS; i++) { pthread_join(t[i], 0); bad |= sums[i] != 3 * ROUNDS; }
	return bad;
}`

const busyCalls = 4 * 25

// stepOver steps a thread past a breakpoint in place: the others stopped, the
// int3 removed.
func stepOver(t testing.TB, p *Process, tid int, at table.Addr) {
	t.Helper()
	if err := p.Hold(); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove(at); err != nil {
		t.Fatal(err)
	}
	ev, err := p.Step(tid, 0, 0)
	for err == nil && ev.Kind == tracee.EventSignal && ev.Signal == int(unix.SIGCHLD) {
		ev, err = p.Step(tid, ev.Signal, 0)
	}
	if err != nil || ev.Kind != tracee.EventStep || ev.TID != tid {
		t.Fatalf("stepping over the breakpoint: %+v, %v", ev, err)
	}
	if err := p.Insert(at); err != nil {
		t.Fatal(err)
	}
}

// countHits runs a program to its end, calling over for every event of one
// kind.
func countHits(t *testing.T, p *Process, kind tracee.EventKind, over func(tracee.Event)) (hits int) {
	t.Helper()
	for {
		resumeAll(t, p)
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		switch ev.Kind {
		case kind:
			hits++
			over(ev)
		case tracee.EventClone, tracee.EventExit:
		case tracee.EventProcessExit:
			if ev.Status != (tracee.ExitStatus{}) {
				t.Errorf("the program ended with %+v", ev.Status)
			}
			return hits
		default:
			t.Fatalf("got %+v", ev)
		}
	}
}

func TestBreakpointIsMetByEveryThreadEveryTime(t *testing.T) {
	p := launch(t, busy)
	f := symbol(t, p, "f")
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	hits := countHits(t, p, tracee.EventBreakpoint, func(ev tracee.Event) {
		var r machine.Regs
		if err := p.Regs(ev.TID, &r); err != nil || r.PC() != f || ev.Addr != f {
			t.Fatalf("PC %v, event %+v, %v; want %v", r.PC(), ev, err, f)
		}
		stepOver(t, p, ev.TID, f)
	})
	if hits != busyCalls {
		t.Errorf("%d hits of %d calls", hits, busyCalls)
	}
}

func TestExecuteRegisterIsMetByThreadsToCome(t *testing.T) {
	p := launch(t, busy)
	f := symbol(t, p, "f")
	if err := p.SetDebug(0, 1, tracee.DebugExecute, f, 1); err != nil {
		t.Fatal(err)
	}
	hits := countHits(t, p, tracee.EventDebug, func(ev tracee.Event) {
		var r machine.Regs
		if err := p.Regs(ev.TID, &r); err != nil || r.PC() != f || ev.Slot != 1 || ev.Slots != 2 {
			t.Fatalf("PC %v, event %+v, %v; want slot 1 at %v", r.PC(), ev, err, f)
		}
	})
	if hits != busyCalls {
		t.Errorf("%d hits of %d calls", hits, busyCalls)
	}
}

func TestWatchRegisterSeesEveryStore(t *testing.T) {
	p := launch(t, busy)
	third := symbol(t, p, "sums") + 2*8
	// The slot is used for another length and alignment first.
	if err := p.SetDebug(0, 0, tracee.DebugExecute, symbol(t, p, "f")+opAlign, 1); err != nil {
		t.Fatal(err)
	}
	if err := p.SetDebug(0, 0, tracee.DebugWrite, third, 8); err != nil {
		t.Fatal(err)
	}
	hits := countHits(t, p, tracee.EventDebug, func(tracee.Event) {})
	if hits != busyCalls/4 {
		t.Errorf("%d stores seen of %d", hits, busyCalls/4)
	}
}

func TestStepReportsAWatchRegister(t *testing.T) {
	p := launchBare(t, `long x, y; __asm__(".globl _start\n_start: `+storesAndExits+`");`)
	pid := p.PID()
	if err := p.SetDebug(pid, 3, tracee.DebugWrite, symbol(t, p, "x"), 8); err != nil {
		t.Fatal(err)
	}
	var kinds []tracee.EventKind
	for range 3 {
		ev, err := p.Step(pid, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, ev.Kind)
	}
	if kinds[0] != tracee.EventStep || kinds[1] != tracee.EventDebug || kinds[2] != tracee.EventStep {
		t.Errorf("kinds %v, want a step, the watchpoint, a step", kinds)
	}
	if err := p.SetDebug(pid, 3, tracee.DebugOff, 0, 0); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Run(pid, 0, 0); err != nil || ev.Kind != tracee.EventProcessExit {
		t.Errorf("got %+v, %v", ev, err)
	}
}

func TestSetDebugRefusesWhatTheCPUCannotDo(t *testing.T) {
	p := launchBare(t, counted)
	for _, c := range []struct {
		slot   int
		kind   tracee.DebugKind
		addr   table.Addr
		length int
	}{
		{4, tracee.DebugWrite, 0x1000, 8}, {-1, tracee.DebugOff, 0, 0}, {0, tracee.DebugWrite, 0x1001, 2},
		{0, tracee.DebugWrite, 0x1000, 3}, {0, tracee.DebugExecute, 0x1000, 4}, {0, 9, 0x1000, 1},
	} {
		if err := p.SetDebug(0, c.slot, c.kind, c.addr, c.length); !errors.Is(err, unix.EINVAL) {
			t.Errorf("%+v: %v, want EINVAL", c, err)
		}
	}
}

func TestMemoryHidesBreakpoints(t *testing.T) {
	p := launch(t, busy)
	f := symbol(t, p, "f")
	before, after := make([]byte, 16), make([]byte, 16)
	if _, err := p.ReadMemory(f-4, before); err != nil {
		t.Fatal(err)
	}
	for _, at := range []table.Addr{f, f + opAlign, f} {
		if err := p.Insert(at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.ReadMemory(f-4, after); err != nil || !bytes.Equal(before, after) {
		t.Errorf("with breakpoints % x, without % x, %v", after, before, err)
	}
	if _, err := p.readRaw(f, after[:2*trapLen]); err != nil || string(after[:2*trapLen]) != opBreakpoint+opBreakpoint {
		t.Errorf("in memory: % x, %v", after, err)
	}
	// A write under the breakpoints changes what reads show now and what Remove
	// restores.
	text := bytes.Repeat([]byte{0x90}, 1+opAlign+1) // from before the first to the first byte of the second
	if n, err := p.WriteMemory(f-1, text); n != len(text) || err != nil {
		t.Fatal(n, err)
	}
	if _, err := p.ReadMemory(f-1, after[:len(text)]); err != nil || !bytes.Equal(after[:len(text)], text) {
		t.Errorf("shown % x, %v", after, err)
	}
	if p.Remove(f) != nil || p.Remove(f+opAlign) != nil || p.Remove(f) != nil || p.Inserted(f) {
		t.Error("Remove failed")
	}
	if _, err := p.readRaw(f-4, after); err != nil || !bytes.Equal(after[3:][:len(text)], text) || !bytes.Equal(after[3+len(text):], before[3+len(text):]) {
		t.Errorf("in memory % x, %v; it was % x", after, err, before)
	}
}

func TestReadMemoryStopsWhereTheMappingEnds(t *testing.T) {
	p := launchBare(t, counted)
	var r machine.Regs
	if err := p.Regs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	page := (r.PC() + 4096) &^ 4095 // the text is one page with nothing mapped behind it
	buf := make([]byte, 100)
	n, err := p.ReadMemory(page-30, buf)
	var pe *Error
	if n != 30 || !errors.Is(err, unix.EIO) || !errors.As(err, &pe) {
		t.Errorf("%d bytes, %v; want 30 and EIO", n, err)
	}
	if n, err := p.WriteMemory(page-30, buf); n != 30 || err == nil {
		t.Errorf("wrote %d bytes, %v; want 30 and an error", n, err)
	}
}

// TestRemovedBreakpointIsForgottenByWhoeverRanIntoIt: a thread executes an
// int3, and the int3 is removed before the debugger has collected that thread's
// stop.
func TestRemovedBreakpointIsForgottenByWhoeverRanIntoIt(t *testing.T) {
	p := launch(t, busy)
	f := symbol(t, p, "f")
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	first := 0
	for first == 0 {
		resumeAll(t, p)
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == tracee.EventBreakpoint {
			first = ev.TID
		}
	}
	// The other threads execute it meanwhile.
	for _, tid := range p.Threads() {
		if st, err := readStat(p.PID(), tid); err == nil && tid != first {
			for i := 0; i < 1000 && st.state == 'R'; i++ {
				st, _ = readStat(p.PID(), tid)
			}
		}
	}
	if err := p.Remove(f); err != nil {
		t.Fatal(err)
	}
	countHits(t, p, tracee.EventBreakpoint, func(ev tracee.Event) { t.Fatalf("got %+v", ev) })
}
