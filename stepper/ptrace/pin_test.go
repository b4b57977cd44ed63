//go:build linux

package ptrace

import (
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
	// What the program itself changed meanwhile is its own.
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
	// The end of the program gives us our own back.
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
