//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

func TestInterruptStopsWhoeverWaits(t *testing.T) {
	sleeping := `
#include <unistd.h>
int main(void) { char c; return read(0, &c, 1) == 1 ? c : 99; }`
	for name, source := range map[string]string{"running": spin, "in a system call": sleeping} {
		for way, wait := range map[string]func(*Process) (tracee.Event, error){
			"Run": func(p *Process) (tracee.Event, error) { return p.Run(p.PID(), 0, 0) },
			"Run with patience": func(p *Process) (tracee.Event, error) {
				return p.Run(p.PID(), 0, time.Minute)
			},
			"Wait": func(p *Process) (tracee.Event, error) {
				if err := p.Resume(p.PID(), 0); err != nil {
					return tracee.Event{}, err
				}
				return p.Wait(nil)
			},
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				r, w := pipe(t)
				p := launchWith(t, LaunchOptions{Stdin: r}, source)
				runTo(t, p, "main")
				time.AfterFunc(30*time.Millisecond, p.Interrupt)
				ev, err := wait(p)
				if err != nil || ev.Kind != tracee.EventInterrupt || !p.Held(ev.TID) {
					t.Fatalf("got %+v, %v", ev, err)
				}
				if source == spin {
					return
				}
				// The system call continues as if nothing had happened.
				if _, err := w.Write([]byte{9}); err != nil {
					t.Fatal(err)
				}
				if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 9 {
					t.Errorf("got %+v, %v", ev, err)
				}
			})
		}
	}
}

func TestInterruptBeforehandStopsTheNextCommandUnmoved(t *testing.T) {
	p := launch(t, spin)
	var before, after machine.Regs
	if err := p.Regs(p.PID(), &before); err != nil {
		t.Fatal(err)
	}
	p.Interrupt()
	if ev, err := p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventInterrupt {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if err := p.Regs(p.PID(), &after); err != nil || before != after {
		t.Errorf("the thread moved from %v to %v, %v", before.PC(), after.PC(), err)
	}
	if ev, err := p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventStep {
		t.Errorf("got %+v, %v", ev, err)
	}
}

// queues gets SIGUSR1 with a value while it is stopped in a nanosleep.
const queues = `
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include <errno.h>
#include <string.h>
static volatile int value;
static void handler(int s, siginfo_t *i, void *c) { value = i->si_value.sival_int; }
__attribute__((noinline, noipa)) void ready(void) {}
int main(void) {
	struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigaction(SIGUSR1, &a, 0);
	ready();
	struct timespec t = {0, 300000000}, left = {0, 0};
	if (nanosleep(&t, &left) == 0) return value ? 50 : 0;
	if (errno != EINTR || left.tv_nsec == 0) return 51;
	return value;
}`

// sigqueue is rt_sigqueueinfo(2) with a value, as sigqueue(3) makes it.
func sigqueue(t testing.TB, pid int, sig unix.Signal, value int32) {
	t.Helper()
	var info [siginfoSize]byte
	binary.NativeEndian.PutUint32(info[0:], uint32(sig))
	code := int32(-1) // SI_QUEUE
	binary.NativeEndian.PutUint32(info[8:], uint32(code))
	binary.NativeEndian.PutUint32(info[16:], uint32(unix.Getpid()))
	binary.NativeEndian.PutUint32(info[24:], uint32(value))
	if e := rtSigqueueinfo(pid, sig, info[:]); e != 0 {
		t.Fatal(e)
	}
}

func TestSignalKeepsItsValueAcrossAnInjectedCall(t *testing.T) {
	p := launch(t, queues)
	runTo(t, p, "ready")
	stepIntoSleep(t, p)
	sigqueue(t, p.PID(), unix.SIGUSR1, 42)
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGUSR1) {
		t.Fatalf("got %+v, %v", ev, err)
	}
	for range 3 {
		borrow(t, p, p.PID())
	}
	if info, err := p.Siginfo(p.PID()); err != nil || info[0] != byte(unix.SIGUSR1) || info[24] != 42 {
		t.Errorf("siginfo % x, %v", info[:28], err)
	}
	if ev, err = p.Run(p.PID(), ev.Signal, 0); err != nil || ev.Status.Code != 42 {
		t.Errorf("got %+v, %v, want exit status 42", ev, err)
	}
}

func TestSignalHasTheValueThatWasWritten(t *testing.T) {
	for _, borrowed := range []string{"never", "before", "after"} {
		t.Run(borrowed, func(t *testing.T) {
			p := launch(t, queues)
			runTo(t, p, "ready")
			stepIntoSleep(t, p)
			sigqueue(t, p.PID(), unix.SIGUSR1, 42)
			ev, err := p.Run(p.PID(), 0, 0)
			if err != nil || ev.Kind != tracee.EventSignal {
				t.Fatalf("got %+v, %v", ev, err)
			}
			if borrowed == "before" {
				borrow(t, p, p.PID())
			}
			info, err := p.Siginfo(p.PID())
			if err != nil {
				t.Fatal(err)
			}
			info[24] = 43
			if err := p.SetSiginfo(p.PID(), info); err != nil {
				t.Fatal(err)
			}
			if borrowed == "after" {
				borrow(t, p, p.PID())
			}
			if info, err := p.Siginfo(p.PID()); err != nil || info[24] != 43 {
				t.Errorf("siginfo % x, %v", info[:28], err)
			}
			if ev, err = p.Run(p.PID(), ev.Signal, 0); err != nil || ev.Status.Code != 43 {
				t.Errorf("got %+v, %v, want exit status 43", ev, err)
			}
		})
	}
}

// stepIntoSleep runs the thread into its blocking call and interrupts it there.
func stepIntoSleep(t testing.TB, p *Process) {
	t.Helper()
	ev, err := p.Run(p.PID(), 0, 30*time.Millisecond)
	if err != nil || ev.Kind != tracee.EventBlocked {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if err := p.Hold(); err != nil {
		t.Fatal(err)
	}
}

func TestInjectedCallLeavesTheInterruptedCallToBeRestarted(t *testing.T) {
	p := launch(t, queues)
	runTo(t, p, "ready")
	stepIntoSleep(t, p)
	var before, after machine.Regs
	if err := p.Regs(p.PID(), &before); err != nil {
		t.Fatal(err)
	}
	borrow(t, p, p.PID())
	if n, err := p.Syscall(p.PID(), unix.SYS_LSEEK, 999, 1, 2); err != nil || n != -int64(unix.EBADF) {
		t.Errorf("lseek: %d, %v, want -EBADF", n, err)
	}
	// Change the PC and restore it, as a caller of a function does.
	if err := p.Regs(p.PID(), &before); err != nil {
		t.Fatal(err)
	}
	there := before
	there.SetPC(symbol(t, p, "main"))
	there.SetSP(before.SP() - 1024)
	if err := p.SetRegs(p.PID(), &there); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Step(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventStep {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if err := p.Regs(p.PID(), &there); err != nil || there.PC() <= symbol(t, p, "main") {
		t.Errorf("stepped to %v, %v", there.PC(), err)
	}
	if err := p.SetRegs(p.PID(), &before); err != nil {
		t.Fatal(err)
	}
	if err := p.Regs(p.PID(), &after); err != nil || before != after {
		t.Errorf("registers\n%+v, were\n%+v, %v", after, before, err)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventProcessExit || ev.Status.Code != 0 {
		t.Errorf("got %+v, %v, want the sleep to end undisturbed", ev, err)
	}
}

func TestSyscallRefusesWhileAnotherThreadRuns(t *testing.T) {
	p := launch(t, spin, "1")
	settleThreads(t, p, "1")
	other := p.Threads()[1]
	if err := p.Resume(other, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Syscall(p.PID(), unix.SYS_GETPID); !errors.Is(err, ErrState) {
		t.Errorf("got %v, want ErrState", err)
	}
	if err := p.StepAside(p.PID()); !errors.Is(err, ErrState) {
		t.Errorf("got %v, want ErrState", err)
	}
}

func TestGroupStopLastsUntilSIGCONT(t *testing.T) {
	p := launch(t, `
#include <signal.h>
static volatile int continued;
static void handler(int s) { continued = 1; }
int main(void) { signal(SIGCONT, handler); raise(SIGSTOP); return continued ? 11 : 12; }`)
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGSTOP) {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if ev, err = p.Run(p.PID(), ev.Signal, 0); err != nil || ev.Kind != tracee.EventGroupStop || ev.Signal != int(unix.SIGSTOP) {
		t.Fatalf("got %+v, %v", ev, err)
	}
	borrow(t, p, p.PID())
	if err := p.Resume(p.PID(), 0); err != nil {
		t.Fatal(err)
	}
	if err := p.Hold(); err != nil { // a debugger's stop in the middle of a group-stop
		t.Fatal(err)
	}
	if err := p.Resume(p.PID(), 0); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = unix.Kill(p.PID(), unix.SIGCONT) })
	if ev, err = p.Wait(nil); err != nil || ev.Kind != tracee.EventGroupEnd {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if ev, err = p.Run(p.PID(), 0, 0); err != nil || ev.Kind != tracee.EventSignal || ev.Signal != int(unix.SIGCONT) {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if ev, err = p.Run(p.PID(), ev.Signal, 0); err != nil || ev.Status.Code != 11 {
		t.Errorf("got %+v, %v", ev, err)
	}
}
