//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// borrow uses a stopped thread for a system call and for StepAside, and checks that the thread is
// unchanged afterwards.
func borrow(t *testing.T, p *Process, tid int) {
	t.Helper()
	// A thread in the middle of its own call is first brought to the call's end.
	if n, err := p.Syscall(tid, unix.SYS_GETTID); err != nil || int(n) != tid {
		t.Fatalf("gettid: %d, %v", n, err)
	}
	var before, after machine.Regs
	if err := p.Regs(tid, &before); err != nil {
		t.Fatal(err)
	}
	mask, err := p.SignalMask(tid)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, err := p.Syscall(tid, unix.SYS_GETTID); err != nil || int(n) != tid {
			t.Errorf("gettid: %d, %v", n, err)
		}
		if err := p.StepAside(tid); err != nil {
			t.Error(err)
		}
	}
	if err := p.Regs(tid, &after); err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("registers\n%+v, were\n%+v", after, before)
	}
	if now, err := p.SignalMask(tid); err != nil || now != mask {
		t.Errorf("signal mask %#x, %v, was %#x", now, err, mask)
	}
}

const signalled = `
#include <signal.h>
static volatile int n;
static void handler(int s) { n++; }
__attribute__((noinline, noipa)) void ready(void) {}
int main(void) { signal(SIGUSR1, handler); ready(); return n; }`

// StepAside is not visible as a step of the program: its signals stay pending, its debug
// registers do not trigger, and the address of its own next instruction does not matter.
func TestAStepAsideIsNotSeen(t *testing.T) {
	p := launch(t, signalled)
	runTo(t, p, "ready")
	if err := p.StepAside(p.PID()); err != nil { // finds the nop
		t.Fatal(err)
	}
	if p.nop == 0 {
		t.Fatal("no nop is known")
	}
	if err := p.SetDebug(p.PID(), 0, tracee.DebugExecute, p.nop, 1); err != nil {
		t.Fatal(err)
	}
	for _, sig := range []unix.Signal{unix.SIGUSR1, unix.SIGSTOP} {
		if err := unix.Tgkill(p.PID(), p.PID(), sig); err != nil {
			t.Fatal(err)
		}
	}
	borrow(t, p, p.PID())
	var r machine.Regs
	if err := p.Regs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	nowhere := r
	nowhere.SetPC(0)
	nowhere.SetSP(0)
	nowhere.SetFP(0)
	if err := p.SetRegs(p.PID(), &nowhere); err != nil {
		t.Fatal(err)
	}
	borrow(t, p, p.PID())
	if err := p.SetRegs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	if err := p.SetDebug(p.PID(), 0, tracee.DebugOff, 0, 0); err != nil {
		t.Fatal(err)
	}
	came := map[int]int{}
	for {
		ev, err := p.Run(p.PID(), 0, 0)
		if err == nil && ev.Kind == tracee.EventSignal {
			if came[ev.Signal]++; len(came) < 2 {
				continue
			}
			if ev, err = p.Run(p.PID(), int(unix.SIGUSR1), 0); err == nil && ev.Kind == tracee.EventProcessExit && ev.Status.Code == 1 {
				break
			}
		}
		t.Fatalf("%+v, %v, after the signals %v", ev, err, came)
	}
	if came[int(unix.SIGUSR1)] != 1 || came[int(unix.SIGSTOP)] != 1 {
		t.Errorf("the delivered signals: %v", came)
	}
}

// If a breakpoint hides the nop, StepAside searches for another one.
func TestAStepAsideKeepsOffBreakpoints(t *testing.T) {
	p := launch(t, signalled)
	runTo(t, p, "ready")
	for range 3 {
		if err := p.StepAside(p.PID()); err != nil {
			t.Fatal(err)
		}
		taken := p.nop
		if err := p.Insert(taken); err != nil {
			t.Fatal(err)
		}
		borrow(t, p, p.PID())
		if p.nop == taken {
			t.Errorf("the nop at %v is still used, under a breakpoint", taken)
		}
		if err := p.Remove(taken); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStepAsideOfAKilledThreadIsESRCH(t *testing.T) {
	p := launch(t, signalled)
	runTo(t, p, "ready")
	if err := unix.Kill(p.PID(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := p.StepAside(p.PID()); !errors.Is(err, unix.ESRCH) {
		t.Errorf("%v, want ESRCH", err)
	}
	if ev := until(t, p, tracee.EventProcessExit); ev.Status.Signal != int(unix.SIGKILL) {
		t.Errorf("%+v", ev)
	}
}
