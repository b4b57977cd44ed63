//go:build linux && arm64

package ptrace

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// regsOf are a thread's registers.
func regsOf(t *testing.T, p *Process) *machine.Regs {
	t.Helper()
	r := new(machine.Regs)
	if err := p.Regs(p.PID(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// The kernel itself would report the instruction after a system call, and the first of a handler, twice.
func TestEveryStepExecutesOneInstruction(t *testing.T) {
	p := launchBare(t, `__asm__(".globl _start\n_start: mov x8, 172; svc 0; add x9, x9, 1; svc 0; svc 0; add x9, x9, 1; `+exits+`");`)
	at := regsOf(t, p).PC()
	for n := range 8 {
		if n == 4 { // changed registers are another way to go on
			r := *regsOf(t, p)
			if err := p.SetRegs(p.PID(), &r); err != nil {
				t.Fatal(err)
			}
		}
		ev, err := p.Step(p.PID(), 0, 0)
		if at += 4; err != nil || ev.Kind != tracee.EventStep || regsOf(t, p).PC() != at {
			t.Fatalf("step %d: %+v, %v, at %v, want %v", n, ev, err, regsOf(t, p).PC(), at)
		}
	}
	if r := regsOf(t, p); r.Value(arm64.General(9)) != 2 {
		t.Errorf("x9 is %d, want 2", r.Value(arm64.General(9)))
	}
}

func TestEveryStepOfAHandlerExecutesOneInstruction(t *testing.T) {
	p := launch(t, `
#include <signal.h>
#include <unistd.h>
__asm__(".globl handler\nhandler: add x9, x9, 1; add x9, x9, 1; ret");
void handler(int);
int main(void) { signal(SIGUSR1, handler); raise(SIGUSR1); return 3; }`)
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventSignal {
		t.Fatalf("%+v, %v", ev, err)
	}
	sig, at := ev.Signal, symbol(t, p, "handler")
	for n := range 3 {
		ev, err := p.Step(p.PID(), sig, 0)
		if sig = 0; err != nil || ev.Kind != tracee.EventStep || regsOf(t, p).PC() != at {
			t.Fatalf("step %d: %+v, %v, at %v, want %v", n, ev, err, regsOf(t, p).PC(), at)
		}
		at += 4
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 3 {
		t.Errorf("%+v, %v", ev, err)
	}
}

// After an indirect branch, PSTATE.BTYPE lets the next instruction only be one that allows to be
// branched to, where the code is guarded. Code elsewhere can be executed all the same, and the thread goes on.
func TestABranchTargetIsLeftAndEnteredAgain(t *testing.T) {
	p := launchWith(t, LaunchOptions{}, `__asm__(".globl _start\n_start: bti c; adr x16, at; blr x16; `+exits+`; at: .globl at; bti c; ret");`,
		"-nostdlib", "-static", "-mbranch-protection=bti", "-Wl,-z,force-bti")
	for range 3 {
		if ev, err := p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventStep {
			t.Fatalf("%+v, %v", ev, err)
		}
	}
	before := *regsOf(t, p)
	if before.PC() != symbol(t, p, "at") {
		t.Fatalf("at %v", before.PC())
	}
	borrow(t, p, p.PID())
	if after := *regsOf(t, p); after != before {
		t.Errorf("registers %x, were %x", after.W, before.W)
	}
	there := before
	there.SetPC(symbol(t, p, "_start"))
	if err := p.SetRegs(p.PID(), &there); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventStep {
		t.Fatalf("elsewhere: %+v, %v", ev, err)
	}
	if err := p.SetRegs(p.PID(), &before); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status != (tracee.ExitStatus{}) {
		t.Errorf("%+v, %v", ev, err)
	}
}

// sleeps sleeps for a second in an instruction that has a name.
const sleeps = `__asm__(".globl _start\n_start: adr x0, time; mov x1, 0; mov x8, 101; at: .globl at; svc 0; mov x8, 94; svc 0; .balign 8; time: .quad 1, 0");`

func TestAnInterruptedSleepGoesOnAfterAnInjectedCall(t *testing.T) {
	for _, entered := range []bool{true, false} {
		p := launchBare(t, sleeps)
		at := symbol(t, p, "at")
		if entered {
			time.AfterFunc(300*time.Millisecond, p.Interrupt)
			if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventInterrupt {
				t.Fatalf("%+v, %v", ev, err)
			}
		} else {
			for range 3 {
				if ev, err := p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventStep {
					t.Fatalf("%+v, %v", ev, err)
				}
			}
		}
		before := *regsOf(t, p)
		if before.PC() != at || before.InSyscall() {
			t.Fatalf("at %v, system call %d; want %v", before.PC(), before.SyscallNumber(), at)
		}
		for range 2 {
			borrow(t, p, p.PID())
			want := before
			if entered {
				want.W[arm64.X8] = unix.SYS_RESTART_SYSCALL
			}
			if after := *regsOf(t, p); after != want {
				t.Errorf("entered %v: registers %x, want %x", entered, after.W, want.W)
			}
		}
		if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status != (tracee.ExitStatus{}) {
			t.Errorf("entered %v: %+v, %v, want that the sleep ends with 0", entered, ev, err)
		}
	}
}

// A store of two words may begin before the watched one, or touch two watched ones.
func TestAWatchedStoreIsReportedOnceAfterIt(t *testing.T) {
	p := launchBare(t, `long x[4]; __asm__(".globl _start\n_start: ldr x1, =x; mov x2, 7; stp x2, x2, [x1]; stp x2, x2, [x1, 16]; nop; `+exits+`");`)
	x := symbol(t, p, "x")
	for n, at := range []table.Addr{x + 8, x + 16, x + 24} {
		if err := p.SetDebug(0, n, tracee.DebugWrite, at, 8); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range []struct{ slots, words int }{{1, 2}, {6, 4}} {
		ev, err := p.Run(p.PID(), 0, 0)
		if err != nil || ev.Kind != tracee.EventDebug || ev.Slots&^want.slots != 0 || ev.Slots == 0 {
			t.Fatalf("%d: %+v, %v", n, ev, err)
		}
		b := make([]byte, 32)
		if _, err := p.ReadMemory(x, b); err != nil || b[8*(want.words-1)] != 7 {
			t.Errorf("%d: x is % x, %v", n, b, err)
		}
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit {
		t.Errorf("%+v, %v", ev, err)
	}
}

// A thread that stands at an execution slot passes it if it was reported, and meets it if it came there
// by a step, as on x86-64.
func TestASlotAtThePCIsMetOnce(t *testing.T) {
	p := launchBare(t, `__asm__(".globl _start\n_start: mov w3, 3; at: .globl at; subs w3, w3, 1; b.ne at; `+exits+`");`)
	at := symbol(t, p, "at")
	if err := p.SetDebug(0, 2, tracee.DebugExecute, at, 1); err != nil {
		t.Fatal(err)
	}
	want := func(ev tracee.Event, err error, kind tracee.EventKind, pc table.Addr) {
		t.Helper()
		if err != nil || ev.Kind != kind || regsOf(t, p).PC() != pc || kind == tracee.EventDebug && ev.Slots != 1<<2 {
			t.Fatalf("%+v, %v at %v; want kind %d at %v", ev, err, regsOf(t, p).PC(), kind, pc)
		}
	}
	ev, err := p.Step(p.PID(), 0, 0)
	want(ev, err, tracee.EventStep, at) // by a step
	ev, err = p.Run(p.PID(), 0, 0)
	want(ev, err, tracee.EventDebug, at)
	ev, err = p.Step(p.PID(), 0, 0)
	want(ev, err, tracee.EventStep, at+4)
	ev, err = p.Run(p.PID(), 0, 0)
	want(ev, err, tracee.EventDebug, at)
	borrow(t, p, p.PID())
	ev, err = p.Run(p.PID(), 0, 0)
	want(ev, err, tracee.EventDebug, at)
	r := *regsOf(t, p)
	r.SetPassesDebug(false)
	if err := p.SetRegs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	ev, err = p.Run(p.PID(), 0, 0)
	want(ev, err, tracee.EventDebug, at)
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit {
		t.Errorf("%+v, %v", ev, err)
	}
}

func TestTheThreadPointerCanBeChanged(t *testing.T) {
	p := launchBare(t, `__asm__(".globl _start\n_start: nop; mrs x0, tpidr_el0; mov x8, 94; svc 0");`)
	r := *regsOf(t, p)
	r.W[arm64.TPIDR] = 9
	if err := p.SetRegs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	borrow(t, p, p.PID())
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 9 {
		t.Errorf("%+v, %v", ev, err)
	}
}
