//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"testing"

	"rseqstep/table/tabletest"
)

func TestPinSharesOneCPUAndUnpinRestores(t *testing.T) {
	p := launch(t, spin)
	pid := p.PID()
	var own, its, now cpuMask
	if e := affinity(0, &own); e != 0 {
		t.Fatal(e)
	}
	if e := affinity(pid, &its); e != 0 {
		t.Fatal(e)
	}
	if err := p.Pin(pid); err != nil {
		t.Fatal(err)
	}
	one := only(p.pinned.cpu)
	for _, tid := range []int{0, pid} {
		if e := affinity(tid, &now); e != 0 || now != one {
			t.Errorf("%d may run on %x, %v; want CPU %d alone", tid, now[:1], e, p.pinned.cpu)
		}
	}
	if err := p.Unpin(); err != nil {
		t.Fatal(err)
	}
	if e := affinity(0, &now); e != 0 || now != own {
		t.Errorf("we may run on %x, before on %x", now[:1], own[:1])
	}
	if e := affinity(pid, &now); e != 0 || now != its {
		t.Errorf("it may run on %x, before on %x", now[:1], its[:1])
	}
	// An affinity that the program itself set meanwhile stays.
	if err := p.Pin(pid); err != nil {
		t.Fatal(err)
	}
	tabletest.NeedCPUs(t, 2)
	theirs := own
	theirs[p.pinned.cpu/64] &^= 1 << (p.pinned.cpu % 64)
	if e := setAffinity(pid, &theirs); e != 0 {
		t.Fatal(e)
	}
	if err := p.Unpin(); err != nil {
		t.Fatal(err)
	}
	if e := affinity(pid, &now); e != 0 || now != theirs {
		t.Errorf("it may run on %x, it asked for %x", now[:1], theirs[:1])
	}
	// The program's end restores the tracer's own affinity.
	if err := p.Pin(pid); err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if e := affinity(0, &now); e != 0 || now != own {
		t.Errorf("we may run on %x, before on %x", now[:1], own[:1])
	}
}

// Stay keeps the tracer on one CPU whatever is pinned and unpinned meanwhile, in any
// order, and Roam, Unpin or the program's end restores its affinity.
func TestStayAndPinEndInEitherOrder(t *testing.T) {
	tabletest.NeedCPUs(t, 2)
	p := launch(t, spin)
	pid := p.PID()
	var own, its, now cpuMask
	if affinity(0, &own) != 0 || affinity(pid, &its) != 0 {
		t.Fatal("sched_getaffinity")
	}
	do := map[byte]func() error{
		'S': func() error { p.Stay(); return nil },
		'R': p.Roam,
		'P': func() error { return p.Pin(pid) },
		'U': p.Unpin,
		'G': func() error { return errors.Join(p.resumeInPlace(pid, 0), p.Hold()) },
	}
	letters := "SRPUG"
	for n := range 5 * 5 * 5 * 5 {
		order := ""
		for ; len(order) < 4; n /= 5 {
			order += letters[n%5 : n%5+1]
		}
		stays := -1
		for _, c := range order {
			if err := do[byte(c)](); err != nil {
				t.Fatalf("%s: %c: %v", order, c, err)
			}
			switch {
			case c == 'R':
				stays = -1
			case c == 'S' && stays < 0:
				if stays = p.Stay(); stays < 0 {
					t.Fatalf("%s: it does not stay", order)
				}
			}
			if affinity(0, &now); stays >= 0 && now != only(stays) {
				t.Fatalf("%s: after %c we may run on %x, and stay on CPU %d", order, c, now[:1], stays)
			}
		}
		if err := p.unpinAndRoam(); err != nil {
			t.Fatal(err)
		}
		if affinity(0, &now); now != own {
			t.Fatalf("%s: we may run on %x, before on %x", order, now[:1], own[:1])
		}
		if affinity(pid, &now); now != its {
			t.Fatalf("%s: it may run on %x, before on %x", order, now[:1], its[:1])
		}
	}
	p.Stay()
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if affinity(0, &now); now != own {
		t.Errorf("after the end we may run on %x, before on %x", now[:1], own[:1])
	}
}
