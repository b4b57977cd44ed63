package stepper_test

import (
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// stepPercpu steps the eighth thread of percpu.c through its rounds while the seven others
// work, then lets the program end, which checks its sums.
func stepPercpu(t *testing.T, opt, command string) {
	t.Helper()
	const rounds = 3
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: opt}, "8", "2000", fmt.Sprint(rounds))
	p.runTo("stepped")
	tid := p.Thread()
	frames, err := p.Frames(tid, 2)
	if err != nil || len(frames) < 2 {
		t.Fatalf("frames %v, %v", frames, err)
	}
	done := frames[0].CFA
	for n := 0; ; n++ {
		if n > 5000 {
			t.Fatalf("5000 times %s, and stepped has not returned", command)
		}
		stop := p.do(command)
		p.wantReason(stop, stepper.StopStep)
		if stop.TID != tid {
			t.Fatalf("the step went to another thread: %s", p.describe(stop))
		}
		r, err := p.Regs(tid)
		if err != nil {
			t.Fatal(err)
		}
		if r.SP() >= done {
			break
		}
	}
	p.wantExit(0)
}

// The program's own sums show whether an update was lost or a section aborted half way, in the
// stepped thread or in the others.
func TestSumsAreRightWhenOneThreadOfEightIsStepped(t *testing.T) {
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, command := range []string{"next", "step", "stepi"} {
			t.Run(command+opt, func(t *testing.T) { stepPercpu(t, opt, command) })
		}
	}
}

// The same, often enough to include rare interleavings.
func TestSumsAreRightEveryTimeOf20(t *testing.T) {
	for n := range tabletest.Rounds(t, 2, 20) {
		for _, command := range []string{"next", "step", "stepi"} {
			opt := []string{"-O0", "-O2"}[n%2]
			t.Run(fmt.Sprintf("%s%s-%d", command, opt, n), func(t *testing.T) { stepPercpu(t, opt, command) })
		}
	}
}

// Threads that execute one section each begin and end under next, and under stepi, which
// resumes them while it waits in the kernel.
func TestShortLivedThreadsComeAndGo(t *testing.T) {
	for _, command := range []string{"next", "stepi"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "threads.c", Opt: "-O2"}, "40")
			var code int
			if command == "stepi" {
				code, _ = p.stepiToEnd(300000)
			} else {
				for n := 0; p.where(p.next()) != "main:39"; n++ {
					if n > 500 {
						t.Fatal("500 times next, and the threads have not ended")
					}
				}
				p.wantExit(0)
			}
			if code != 0 {
				t.Errorf("the program exits with %d", code)
			}
			p.wantPrinted("threads 40 sum 40\n")
		})
	}
}

// The thread that next steps ends in it. The kernel wakes the thread that joins it before the
// tracer sees the end, so the next created thread may hit the breakpoint first.
func TestNextInAThreadThatEndsSaysSo(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "threads.c", Opt: "-O2"}, "4", "1")
	b := p.breakAt("brief")
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	tid := p.Thread()
	for n := 0; ; n++ {
		if n > 100 {
			t.Fatal("100 times next, and the thread has not ended")
		}
		stop := p.next()
		if stop.Reason == stepper.StopThreadExited {
			if stop.Gone != tid || p.Thread() == tid || p.Thread() == 0 {
				t.Errorf("thread %d has ended, %d is selected: %s", tid, p.Thread(), p.describe(stop))
			}
			break
		}
		if stop.Reason == stepper.StopBreakpoint && stop.TID != tid {
			if err := p.SelectThread(tid); err != nil {
				t.Fatal(err)
			}
			continue
		}
		p.wantReason(stop, stepper.StopStep)
	}
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		t.Fatal(err)
	}
	p.wantExit(0)
	p.wantPrinted("threads 4 sum 4\n")
}
