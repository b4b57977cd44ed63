package stepper_test

import (
	"strings"
	"testing"

	"rseqstep/stepper"
)

// atLastCall is lastcall.c with its second thread in the function whose section ends it.
func atLastCall(t *testing.T, mode string) (p *program, tid int) {
	t.Helper()
	p = start(t, fixed("lastcall.c"), mode)
	p.runTo("last_call")
	return p, p.Thread()
}

// If a thread, or its process, ends in the middle of a unit, the step reports that, and the
// rest of the program is unchanged.
func TestAThreadThatEndsInsideAUnitSaysSo(t *testing.T) {
	commands := map[string]func(*program) (stepper.Stop, error){
		"stepi":  func(p *program) (stepper.Stop, error) { return p.StepInstruction(p.ctx, 50) },
		"next":   func(p *program) (stepper.Stop, error) { return p.Next(p.ctx, 50) },
		"step":   func(p *program) (stepper.Stop, error) { return p.Step(p.ctx, 50) },
		"finish": func(p *program) (stepper.Stop, error) { return p.Finish(p.ctx, 0) },
	}
	for name, command := range commands {
		t.Run(name+", thread", func(t *testing.T) {
			p, tid := atLastCall(t, "exit")
			stop, err := command(p)
			if err != nil {
				t.Fatal(err)
			}
			if stop.Reason != stepper.StopExited { // the first thread may have ended before the Engine sees this end
				p.wantReason(stop, stepper.StopThreadExited)
				if stop.Gone != tid || p.Thread() != p.process.PID() || len(p.Threads()) != 1 {
					t.Errorf("thread %d has ended, %d is selected: %s", tid, p.Thread(), p.describe(stop))
				}
				p.wantExit(0)
			}
			p.wantPrinted("counter 1\n")
		})
		t.Run(name+", process", func(t *testing.T) {
			p, _ := atLastCall(t, "exit_group")
			stop, err := command(p)
			if err != nil {
				t.Fatal(err)
			}
			p.wantReason(stop, stepper.StopExited)
			if stop.Status.Code != 7 {
				t.Errorf("it ended with %d", stop.Status.Code)
			}
		})
	}
}

// A quiet phase treats the system call in the section as any other: it registers the thread
// again before the call, so the kernel restarts the section. After detaching, the thread ends.
func TestAThreadThatEndsAfterAQuietPhaseIsNoTrouble(t *testing.T) {
	for n := 1; n <= 14; n++ {
		p, _ := atLastCall(t, "exit")
		stop, err := p.StepInside(p.ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		p.wantReason(stop, stepper.StopStep)
		p.wantExit(0)
		p.wantPrinted("counter 1\n")
	}
}

// The first thread of procs.c ends while the debugger steps another one, which forks, creates a
// thread and ends the process.
func TestALeaderThatEndsDoesNotDisturbTheSteppedThread(t *testing.T) {
	for name, command := range map[string]func(*program) (stepper.Stop, error){
		"next":   func(p *program) (stepper.Stop, error) { return p.Next(p.ctx, 1) },
		"step":   func(p *program) (stepper.Stop, error) { return p.Step(p.ctx, 1) },
		"stepi":  func(p *program) (stepper.Stop, error) { return p.StepInstruction(p.ctx, 1000) },
		"inside": func(p *program) (stepper.Stop, error) { return p.StepInside(p.ctx, 1000) },
	} {
		t.Run(name, func(t *testing.T) {
			p := launch(t, fixed("procs.c"), "leader")
			p.runTo("survivor")
			tid := p.Thread()
			p.next() // the first one runs, and ends
			for n := 0; ; n++ {
				stop, err := command(p)
				if err != nil {
					t.Fatalf("%v: %s", err, p.describe(stop))
				}
				if stop.Reason == stepper.StopExited {
					if stop.Status.Code != 0 {
						t.Errorf("it ended with %d", stop.Status.Code)
					}
					break
				}
				p.wantReason(stop, stepper.StopStep)
				if stop.TID != tid {
					t.Fatalf("the step went to another thread: %s", p.describe(stop))
				}
				if n > 1000 {
					t.Fatal("1000 times, and the program has not ended")
				}
			}
			if text := p.printed(); !strings.Contains(text, "leaderless\n") || !strings.HasSuffix(text, "rounds right\n") {
				t.Errorf("it printed %q", text)
			}
		})
	}
}
