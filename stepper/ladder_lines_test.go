package stepper_test

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// wrongLoops are the builds of wrongloop.c: its section is inlined, in a function of the same
// file, or in one of another file.
func wrongLoops(opt string) map[string]tabletest.Fixture {
	return map[string]tabletest.Fixture{
		"inlined":  {Source: "wrongloop.c", Opt: opt},
		"called":   {Source: "wrongloop.c", Opt: opt, Flags: []string{"-DFIX_CALL"}},
		"separate": {Source: "wrongloop.c", Opt: opt, Flags: []string{"-DSEPARATE"}, Extra: []string{"separate.c"}},
	}
}

// vectors is the number of a thread's units (0: any thread's) whose work a cpu_opv vector has
// done.
func vectors(units []stepper.UnitReport, tid int) (n int) {
	for _, u := range units {
		if u.Rung == stepper.RungOpv && u.Result == stepper.Committed && (tid == 0 || u.TID == tid) {
			n += u.Passes
		}
	}
	return n
}

// leaveCount repeats a command until the thread has left the loop of
// wrongloop.c's count, and returns every unit and how many commands it took.
func (p *program) leaveCount(command string, max int) (units []stepper.UnitReport, commands int) {
	p.t.Helper()
	loopEnd := tabletest.Line(p.t, "wrongloop.c", "} while (ret);")
	for n := 1; n <= max; n++ {
		stop := p.do(command)
		units = append(units, stop.Units...)
		switch stop.Reason {
		case stepper.StopStep, stepper.StopFinished:
		default:
			p.t.Fatalf("%s: %s", command, p.describe(stop))
		}
		line := 0
		if _, err := fmt.Sscanf(p.where(stop), "count:%d", &line); line > loopEnd || err != nil && strings.HasPrefix(p.where(stop), "main:") {
			return units, n
		}
	}
	p.t.Fatalf("%d times %s, and the loop has not ended", max, command)
	return nil, 0
}

// Each command ends by itself, and the loop never ends.
func TestEveryStepPassesALoopOfSeveralLinesThatNeverEndsNatively(t *testing.T) {
	const lines, instructions = 14, 400
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, build := range tabletest.SomeKeys(t, 2, wrongLoops(opt)) {
			for command, most := range map[string]int{"next": lines, "step": 3 * lines, "until": lines, "finish": 1, "stepi": instructions, "nexti": instructions} {
				t.Run(command+opt+"-"+build, func(t *testing.T) {
					p := launch(t, wrongLoops(opt)[build])
					p.runTo("count")
					units, n := p.leaveCount(command, most)
					t.Logf("%d times %s", n, command)
					wantVector(t, units)
					p.wantExit(0)
					if !strings.HasPrefix(p.printed(), "counters 0 1 ") {
						t.Errorf("the program printed %q", p.printed())
					}
				})
			}
		}
	}
}

// Two passes without a commit and then a commit, repeatedly: nothing is stuck.
func TestACommitEndsTheCountOfFruitlessPasses(t *testing.T) {
	const rounds, wrong = 4, 2
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, build := range tabletest.SomeKeys(t, 2, wrongLoops(opt)) {
			for command, most := range map[string]int{"next": 100, "step": 200, "until": 100} {
				t.Run(command+opt+"-"+build, func(t *testing.T) {
					p := launch(t, wrongLoops(opt)[build], fmt.Sprint(wrong), fmt.Sprint(rounds))
					injected := 0 // a pass that the kernel preempts counts with the wrong ones
					for range rounds {
						p.runTo("count")
						if units, _ := p.leaveCount(command, most); vectors(units, 0) != 0 {
							if injected++; injected > 1 {
								t.Fatalf("a section that commits was injected: %+v", units)
							}
						}
					}
					p.wantExit(0)
					if injected > 0 {
						return
					}
					p.wantAborts(func(n int) string { return fmt.Sprintf("counters %d 0 attempts %d\n", rounds, rounds*(wrong+1)+n) })
				})
			}
		}
	}
}

// Other threads are stuck in the same section: their passes do not count for the stepped
// thread, and get no help.
func TestPassesOfAnotherThreadAreItsOwn(t *testing.T) {
	const others = 2
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, wrong := range []int{1, -1} {
			t.Run(fmt.Sprintf("%s-%d", opt, wrong), func(t *testing.T) {
				p := launch(t, wrongLoops(opt)["inlined"], fmt.Sprint(wrong), "1", fmt.Sprint(others))
				tid := p.Thread()
				b := p.add(stepper.BreakpointSpec{Location: "count", Thread: tid})
				p.wantReason(p.cont(), stepper.StopBreakpoint)
				p.delete(b)
				units, _ := p.leaveCount("next", 14)
				if all, own := vectors(units, 0), vectors(units, tid); all != own || (own > 0) != (wrong < 0) {
					t.Errorf("%d vectors, %d of them of the stepped thread %d: %+v", all, own, tid, units)
				}
				p.wantExit(0)
			})
		}
	}
}
