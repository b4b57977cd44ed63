//go:build linux && (amd64 || arm64)

package ptrace

import (
	"strings"
	"testing"

	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// A thread that is moved resumes on another CPU, although the scheduler may move it back at once, and
// never sees another affinity than its own.
func TestAMovedThreadRunsElsewhereWithItsAffinity(t *testing.T) {
	tabletest.NeedCPUs(t, 2)
	p := launch(t, strings.Replace(looksRound, "moved > ROUNDS / 10", "moved > 0", 1))
	f := symbol(t, p, "f")
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	if err := p.Resume(p.PID(), 0); err != nil {
		t.Fatal(err)
	}
	for {
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == tracee.EventProcessExit {
			if ev.Status.Code != 2 { // moved, and not denied: see looksRound
				t.Errorf("the program ended with %d", ev.Status.Code)
			}
			return
		}
		stepOver(t, p, ev.TID, f)
		if cpu, err := p.Elsewhere(ev.TID); err != nil || cpu < 0 {
			t.Fatalf("to CPU %d: %v", cpu, err)
		}
		if err := p.Resume(ev.TID, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// An affinity that another thread of the program sets while the thread is being moved stays. A thread that may
// run on one CPU only is not moved.
func TestAMoveKeepsTheAffinityThatIsSetMeanwhile(t *testing.T) {
	tabletest.NeedCPUs(t, 2)
	p := launch(t, spin)
	pid := p.PID()
	cpu, err := p.Elsewhere(pid)
	if err != nil || cpu < 0 {
		t.Fatalf("to CPU %d: %v", cpu, err)
	}
	var theirs, now cpuMask
	if e := affinity(pid, &theirs); e != 0 {
		t.Fatal(e)
	}
	if err := p.Resume(pid, 0); err != nil {
		t.Fatal(err)
	}
	theirs[cpu/64] &^= 1 << (cpu % 64)
	if e := setAffinity(pid, &theirs); e != 0 {
		t.Fatal(e)
	}
	if err := p.Hold(); err != nil {
		t.Fatal(err)
	}
	if e := affinity(pid, &now); e != 0 || now != theirs {
		t.Errorf("it may run on %x, it was to run on %x", now[:1], theirs[:1])
	}
	theirs = only(p.cpuOf(p.threads[pid]))
	if e := setAffinity(pid, &theirs); e != 0 {
		t.Fatal(e)
	}
	if cpu, err := p.Elsewhere(pid); err != nil || cpu >= 0 {
		t.Errorf("to CPU %d: %v", cpu, err)
	}
}
