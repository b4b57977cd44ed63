package stepper_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper"
)

// Whatever command the user gives to a thread in a quiet phase, its section commits first, and
// nothing of the phase remains when the command continues.
func TestEveryCommandEndsAQuietPhaseWhole(t *testing.T) {
	for _, command := range []string{"continue", "next", "step", "finish", "until", "nexti", "stepi", "opv", "abort"} {
		t.Run(command, func(t *testing.T) {
			p, tid, before := inside(t, "-O0", 100000)
			section := p.live().Section
			var stop stepper.Stop
			var err error
			switch command {
			case "continue":
				p.breakAt("count_one")
				stop = p.cont()
			case "nexti", "stepi":
				for n := 0; p.live().Live; n++ {
					stop = p.do(command)
				}
			case "opv":
				stop, _ = p.Opv(p.ctx) // refused if the next section takes a side exit
			case "abort":
				stop, err = p.AbortAt(p.ctx, 1)
			default:
				stop = p.do(command)
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(stop.Units) == 0 || stop.Units[0].Start != section.Start || stop.Units[0].Result != stepper.Committed || stop.Units[0].Rung != stepper.RungQuiet {
				t.Errorf("the section was not committed quietly: %+v", stop.Units)
			}
			if now := p.owned(tid); now != before {
				t.Errorf("after %s: %+v, before: %+v", command, now, before)
			}
			for _, b := range p.Breakpoints() {
				p.delete(b)
			}
			p.wantExit(0)
		})
	}
}

func TestSteppingAnotherThreadEndsAQuietPhaseWhole(t *testing.T) {
	for _, command := range []string{"stepi", "nexti", "next", "inside"} {
		t.Run(command, func(t *testing.T) {
			p, tid, before := inside(t, "-O2", 1000000000)
			for _, th := range p.Threads() {
				name, _, _ := p.Symbols().Symbol(th.PC)
				if th.TID == tid || name != "worker" { // the first one blocks in a join
					continue
				}
				if err := p.SelectThread(th.TID); err != nil {
					t.Fatal(err)
				}
				was := p.owned(th.TID)
				if command == "inside" {
					p.enter()
				} else {
					p.do(command)
				}
				if now := p.owned(tid); now != before {
					t.Fatalf("after %s in thread %d: %+v, before: %+v", command, th.TID, now, before)
				}
				if command != "inside" {
					continue
				}
				// Two threads in turn: only one is ever inside.
				if err := p.SelectThread(tid); err != nil {
					t.Fatal(err)
				}
				p.enter()
				if now := p.owned(th.TID); now != was {
					t.Fatalf("thread %d: %+v, before: %+v", th.TID, now, was)
				}
			}
		})
	}
}

func TestDetachInAQuietPhaseLetsTheProgramGoOn(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		p, tid, before := inside(t, opt, 3000000)
		pid := p.process.PID()
		if err := p.Detach(); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", pid, tid)); err == nil {
			for _, want := range []string{"Cpus_allowed:\t" + before.affinity + "\n", "SigBlk:\t" + before.blocked + "\n", "TracerPid:\t0\n"} {
				if !strings.Contains(string(text), want) {
					t.Errorf("no %q after detach: %s", want, text)
				}
			}
		}
		p.wantRightEnd(pid, "sum ")
	}
}

func TestKillInAQuietPhaseEndsTheProgram(t *testing.T) {
	p, _, _ := inside(t, "-O2", 1000)
	pid := p.process.PID()
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err == nil {
		t.Errorf("process %d is still there", pid)
	}
}

// The phase narrowed the debugger's own affinity; the next test must not inherit that.
func TestTheDebuggersAffinityIsWholeAfterAQuietPhase(t *testing.T) {
	own := func() string {
		text, err := os.ReadFile("/proc/thread-self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(text), "Cpus_allowed:")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	before := own()
	for _, end := range []string{"kill", "detach", "exit", "killed"} {
		p, _, _ := inside(t, "-O2", 1000)
		pid := p.process.PID()
		switch end {
		case "kill":
			if err := p.Kill(); err != nil {
				t.Fatal(err)
			}
		case "detach":
			if err := p.Detach(); err != nil {
				t.Fatal(err)
			}
			p.wantRightEnd(pid, "sum ")
		case "exit":
			p.wantExit(0)
		case "killed":
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			p.wantReason(p.cont(), stepper.StopKilled)
		}
		if now := own(); now != before {
			t.Errorf("after %s: %q, before: %q", end, now, before)
		}
	}
}

func TestAProgramKilledInAQuietPhaseIsReported(t *testing.T) {
	for _, command := range []string{"continue", "next", "step", "stepi", "nexti", "finish", "inside", "opv", "detach"} {
		t.Run(command, func(t *testing.T) {
			p, _, _ := inside(t, "-O2", 1000)
			if err := syscall.Kill(p.process.PID(), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			var stop stepper.Stop
			var err error
			switch command {
			case "inside":
				stop, err = p.StepInside(p.ctx, 1)
			case "opv":
				stop, err = p.Opv(p.ctx)
			case "detach":
				if err := p.Detach(); err != nil {
					t.Error(err)
				}
				return
			default:
				stop = p.do(command)
			}
			if err != nil {
				t.Fatal(err)
			}
			p.wantReason(stop, stepper.StopKilled)
		})
	}
}
