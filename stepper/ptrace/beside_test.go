//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// Both processes of a fork are stopped and run in turn, each with its own breakpoints. If
// one is killed while the other runs, its exit is still reported.
func TestProcessesThatAreSplitRunInTurn(t *testing.T) {
	p, ev := runToChild(t, "fork", tracee.EventFork)
	f := symbol(t, p, "f")
	q, err := p.Split(ev.Child)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Children()) != 0 || q.PID() != ev.Child || !q.Held(ev.Child) || q.Inserted(f) || !p.Inserted(f) {
		t.Fatalf("process %d of %d, children %v", q.PID(), p.PID(), p.Children())
	}
	var code [1]byte
	if _, err := q.readRaw(f, code[:]); err != nil || code[0] == opBreakpoint[0] {
		t.Errorf("the child's code is %#x, %v", code, err)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventBreakpoint || ev.Addr != f {
		t.Fatalf("the parent: %+v, %v", ev, err)
	}
	if err := q.Insert(f); err != nil {
		t.Fatal(err)
	}
	if ev, err := q.Run(q.PID(), 0, 0); err != nil || ev.Kind != tracee.EventBreakpoint || ev.Addr != f {
		t.Fatalf("the child: %+v, %v", ev, err)
	}
	if err := unix.Kill(q.PID(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	stepOver(t, p, p.PID(), f)
	if ev, err := runPassing(p); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 100+9 {
		t.Errorf("the parent: %+v, %v", ev, err)
	}
	if ev, err := q.Wait(nil); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Signal != int(unix.SIGKILL) {
		t.Errorf("the child: %+v, %v", ev, err)
	}
}

func TestChildInItsParentsMemoryIsNotSplit(t *testing.T) {
	p, ev := runToChild(t, "vfork", tracee.EventVfork)
	if _, err := p.Split(ev.Child); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("split: %v", err)
	}
	if err := p.DetachChild(ev.Child); err != nil {
		t.Fatal(err)
	}
}

func TestKillingOneProcessLeavesTheOther(t *testing.T) {
	p, ev := runToChild(t, "fork", tracee.EventFork)
	q, err := p.Split(ev.Child)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Kill(); err != nil || q.Alive() || !p.Alive() {
		t.Errorf("killed: %v", err)
	}
	if o := p.ownerOf(ev.Child); o != nil {
		t.Errorf("process %d is still known", o.PID())
	}
	if err := p.Detach(); err != nil {
		t.Error(err)
	}
}
