//go:build linux && (amd64 || arm64)

package ptrace

import (
	"testing"

	"rseqstep/stepper/tracee"
)

// A thread of an attached program dies with the debugger while something is changed, or
// since it was single-stepped, and survives again when it runs natively with nothing
// changed. A thread that runs while the first change is made dies with the debugger after
// its next resume. (The command's tests show that the kernel does kill it.)
func TestAThreadDiesWithUsWhileSomethingIsChanged(t *testing.T) {
	p := launch(t, busy)
	p.launched = false
	f := symbol(t, p, "f")
	p.ExitKill(true)
	if err := p.Insert(f); err != nil {
		t.Fatal(err)
	}
	var met int
	for met == 0 {
		resumeAll(t, p)
		ev, err := p.Wait(nil)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == tracee.EventBreakpoint {
			met = ev.TID
		}
	}
	want := func(when string, tid int, want survival) {
		t.Helper()
		if got := p.threads[tid].survival; got != want {
			t.Errorf("%s: %d, want %d", when, got, want)
		}
	}
	want("with a breakpoint", met, diesWithTracer)
	if err := p.Hold(); err != nil {
		t.Fatal(err)
	}
	if err := p.Remove(f); err != nil {
		t.Fatal(err)
	}
	p.ExitKill(false)
	if ev, err := p.Step(met, 0, 0); err != nil || ev.Kind != tracee.EventStep {
		t.Fatalf("%+v, %v", ev, err)
	}
	want("stepped", met, diesWithTracer)
	main := p.PID() // it waits for the others, which stop as soon as they are created
	for _, changed := range []bool{false, true} {
		for p.Queued(main) { // a thread that it created
			if _, err := p.Wait(nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Resume(main, 0); err != nil {
			t.Fatal(err)
		}
		if !changed {
			want("run natively", main, survivesTracer)
			p.ExitKill(true)
			want("running while something is changed", main, survivesTracer)
		} else {
			want("resumed with something changed", main, diesWithTracer)
		}
		if err := p.Hold(); err != nil {
			t.Fatal(err)
		}
	}
}
