//go:build linux && (amd64 || arm64)

package ptrace

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// stepToEnd steps a thread until its process ends, and counts.
func stepToEnd(t *testing.T, p *Process) (steps int, last tracee.Event) {
	t.Helper()
	for {
		ev, err := p.Step(p.PID(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind != tracee.EventStep {
			return steps, ev
		}
		steps++
	}
}

func TestStepRunsEachInstructionOnceAndUnseen(t *testing.T) {
	p := launchBare(t, counted)
	steps, last := stepToEnd(t, p)
	if want := countedSteps; steps != want {
		t.Errorf("%d steps, the program has %d instructions before its last", steps, want)
	}
	if last.Kind != tracee.EventProcessExit || last.Status != (tracee.ExitStatus{}) {
		t.Errorf("ended with %+v; status 1 means that the program saw the trap flag", last)
	}
	if p.Alive() {
		t.Error("still alive")
	}
	if _, err := p.Wait(nil); err == nil {
		t.Error("Wait after the end returned another event")
	}
}

func TestStepReportsTrapsOfTheProgramsOwnAsSignals(t *testing.T) {
	for name, code := range ownTraps {
		t.Run(name, func(t *testing.T) {
			p := launchBare(t, `__asm__(".globl _start\n_start: nop; `+code+`; nop; `+exits+`");`)
			_, ev := stepToEnd(t, p)
			if ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGTRAP) {
				t.Fatalf("got %+v, want EventSignal with SIGTRAP", ev)
			}
			if _, ev = stepToEnd(t, p); ev.Kind != tracee.EventProcessExit || ev.Status.Signaled {
				t.Errorf("with the signal dropped: %+v, want a normal exit", ev)
			}
		})
		t.Run(name+" at full speed", func(t *testing.T) {
			p := launchBare(t, `__asm__(".globl _start\n_start: nop; `+code+`; nop; `+exits+`");`)
			ev, err := p.Run(p.PID(), 0, 0)
			if err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGTRAP) {
				t.Fatalf("got %+v, %v, want EventSignal with SIGTRAP", ev, err)
			}
			if ev, err = p.Run(p.PID(), ev.Signal, 0); err != nil || ev.Status.Signal != int(unix.SIGTRAP) {
				t.Errorf("with the signal passed: %+v, %v, want death by SIGTRAP", ev, err)
			}
		})
	}
}

func TestStepEntersAHandlerWithItsSignal(t *testing.T) {
	p := launch(t, `
#include <signal.h>
#include <unistd.h>
static volatile int seen;
void handler(int s) { seen = s; }
int main(void) { signal(SIGUSR1, handler); raise(SIGUSR1); return seen; }`)
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGUSR1) {
		t.Fatalf("got %+v, %v", ev, err)
	}
	ev, err = p.Step(p.PID(), ev.Signal, 0)
	if err != nil || ev.Kind != tracee.EventStep {
		t.Fatalf("got %+v, %v", ev, err)
	}
	var r machine.Regs
	if err := p.Regs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	if want := symbol(t, p, "handler"); r.PC() != want {
		t.Errorf("PC %v, the handler begins at %v", r.PC(), want)
	}
	// A signal given at the handler's entry, which is no signal-delivery-stop, must still arrive.
	if ev, err = p.Run(p.PID(), int(unix.SIGTERM), 0); err != nil || ev.Status.Signal != int(unix.SIGTERM) {
		t.Errorf("got %+v, %v, want death by SIGTERM", ev, err)
	}
}

func TestStepOfABlockingCallLosesPatience(t *testing.T) {
	r, w := pipe(t)
	p := launchWith(t, LaunchOptions{Stdin: r}, `
#include <unistd.h>
int main(void) { char c; return read(0, &c, 1) == 1 ? c : 99; }`)
	stepUntilBlocked(t, p)
	if p.Held(p.PID()) {
		t.Error("EventBlocked, and the thread is held")
	}
	if _, err := w.Write([]byte{7}); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Wait(nil); err != nil || ev.Kind != tracee.EventStep {
		t.Fatalf("got %+v, %v; the step was to end when the call did", ev, err)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 7 {
		t.Errorf("got %+v, %v", ev, err)
	}
}

// stepUntilBlocked runs to main and then steps into the first call that blocks.
func stepUntilBlocked(t *testing.T, p *Process) {
	t.Helper()
	runTo(t, p, "main")
	for {
		ev, err := p.Step(p.PID(), 0, 50*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == tracee.EventBlocked {
			return
		}
		if ev.Kind != tracee.EventStep {
			t.Fatalf("got %+v", ev)
		}
	}
}
