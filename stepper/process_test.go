package stepper_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

func TestExitStatusIsTheProgramsOwn(t *testing.T) {
	for _, command := range []string{"continue", "next", "step", "nexti"} {
		p := start(t, tabletest.Fixture{Source: "exit7.c"})
		var stop stepper.Stop
		for n := 0; stop.Reason != stepper.StopExited && n < 20000; n++ {
			stop = p.do(command)
		}
		p.wantReason(stop, stepper.StopExited)
		if stop.Status.Code != 7 {
			t.Errorf("%s: exit status %d", command, stop.Status.Code)
		}
		if _, err := p.Continue(p.ctx); err == nil {
			t.Error("a program that is no more goes on")
		}
	}
}

// The child runs without breakpoints, and its own sections commit.
func TestNextOverForkKeepsTheParent(t *testing.T) {
	for _, command := range []string{"next", "step", "stepi", "continue"} {
		for _, shape := range []tabletest.Shape{tabletest.PIE, tabletest.Static} {
			t.Run(command+string(shape), func(t *testing.T) {
				p := start(t, tabletest.Fixture{Source: "fork.c", Shape: shape})
				if command == "continue" {
					p.breakAt("child") // would kill the child if it stayed in the child's memory
				}
				if command == "stepi" {
					if code, _ := p.stepiToEnd(400000); code != 0 {
						t.Errorf("the program exits with %d", code)
					}
				} else if code, _ := p.toEnd(command, 200); code != 0 {
					t.Errorf("the program exits with %d", code)
				}
				p.wantPrinted("forked 5 vforked 6 v 1\n")
			})
		}
	}
}

// A fork's event may wait while another thread's vfork removes the breakpoints from memory: the
// child's copy still has them, and the child would die of them.
func TestNoChildOfConcurrentForksKeepsABreakpoint(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "forkers.c", Flags: []string{"-pthread"}})
	p.add(stepper.BreakpointSpec{Location: "work", When: func(int) (bool, error) { return false, nil }})
	p.wantExit(0)
	p.wantPrinted("bad 0\n")
}

func TestFollowChildGoesOnInTheChild(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "fork.c"})
	p.Policy().FollowFork = stepper.FollowChild
	parent := p.process.PID()
	b := p.breakAt("child")
	stop := p.cont()
	p.wantReason(stop, stepper.StopBreakpoint)
	if p.process.PID() == parent || stop.TID == parent {
		t.Errorf("the parent %d stopped in child()", parent)
	}
	p.wantLine(p.next(), "child:13")
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		t.Fatal(err)
	}
	p.wantExit(5)
}

func TestBreakpointsMoveToTheNewProgramOfAnExec(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "exec.c"})
	b := p.breakAt("main")
	stop := p.cont() // main starts a second thread, which execs
	p.wantReason(stop, stepper.StopBreakpoint)
	if len(stop.Breakpoints) != 1 || stop.Breakpoints[0] != b.Number || len(p.Threads()) != 1 {
		t.Errorf("after the exec: %s, threads %+v", p.describe(stop), p.Threads())
	}
	if code, _ := p.toEnd("next", 50); code != 0 {
		t.Errorf("the program exits with %d", code)
	}
	p.wantPrinted("executed\n")
}

// After detaching in the middle of its loop, the program ends correctly.
func TestDetachLetsTheProgramGoOn(t *testing.T) {
	for _, command := range []string{"next", "stepi"} {
		t.Run(command, func(t *testing.T) {
			p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, "8", "2000", "50")
			p.runTo("stepped")
			p.breakAt("count_one")
			p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "done", Watch: p.address("done"), WatchLength: 4})
			for range 20 {
				p.do(command)
			}
			pid := p.process.PID()
			if err := p.Detach(); err != nil {
				t.Fatal(err)
			}
			p.wantRightEnd(pid, "sum ")
		})
	}
}

// wantRightEnd waits for a detached child and checks what it printed.
func (p *program) wantRightEnd(pid int, prefix string) {
	p.t.Helper()
	killer := time.AfterFunc(patience, func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	defer killer.Stop()
	status, err := tabletest.Reap(pid)
	if err != nil {
		p.t.Fatal(err)
	}
	if !status.Exited() || status.ExitStatus() != 0 || !strings.HasPrefix(p.printed(), prefix) {
		p.t.Errorf("detached, the program ended with %#x and printed %q", status, p.printed())
	}
}

// Kill in the middle of a step leaves nothing of the program.
func TestKillEndsTheProgram(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"})
	p.runTo("stepped")
	p.stepi(10)
	pid := p.process.PID()
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err == nil {
		t.Errorf("process %d is still there", pid)
	}
	if p.Thread() != 0 {
		t.Errorf("thread %d is selected", p.Thread())
	}
}

// The end of the process ends a step: SIGKILL from outside.
func TestAProgramKilledFromOutsideIsReported(t *testing.T) {
	for name, command := range map[string]func(p *program) (stepper.Stop, error){
		"stepi": func(p *program) (stepper.Stop, error) { return p.StepInstruction(p.ctx, 100_000_000) },
		"next":  func(p *program) (stepper.Stop, error) { return p.Next(p.ctx, 100_000_000) },
	} {
		t.Run(name, func(t *testing.T) {
			p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, "4", "10", "1000000000")
			p.runTo("stepped")
			pid := p.process.PID()
			timer := time.AfterFunc(50*time.Millisecond, func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
			defer timer.Stop()
			stop, err := command(p)
			if err != nil {
				t.Fatal(err)
			}
			p.wantReason(stop, stepper.StopKilled)
			if stop.Signal != int(syscall.SIGKILL) {
				t.Errorf("killed by %d", stop.Signal)
			}
		})
	}
}
