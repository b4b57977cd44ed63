package stepper_test

import (
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// unlocks are the vDSO's functions that unlock a robust futex. If a thread is interrupted
// between the unlocking and the clearing of the pending operation, the kernel does the latter
// (futex_fixup_robust_unlock, include/linux/futex.h): every single step there is such an
// interruption, and is harmless.
var unlocks = map[string]string{"unlock64": "futex_robust_list64_try_unlock", "unlock32": "futex_robust_list32_try_unlock"}

func TestUnlockingAFutexInTheVDSOIsAUnit(t *testing.T) {
	for argument, function := range unlocks {
		t.Run(argument, func(t *testing.T) {
			p := atVDSO(t, argument, function)
			if p == nil {
				return
			}
			stop := p.stepi(1)
			p.wantReason(stop, stepper.StopStep)
			if got := returned(stop.Units)[inVDSO(function)]; got != 1 || stop.PC != p.back {
				t.Errorf("passed %d times as a unit: %s", got, p.describe(stop))
			}
			p.stepsToEnd(argument)
		})
	}
}

// stepsToEnd steps the program's second call, which is also a unit, and what follows.
func (p *vdsoProgram) stepsToEnd(argument string) {
	p.t.Helper()
	if code, _ := p.stepiToEnd(200000); code != 0 {
		p.t.Errorf("the program exits with %d", code)
	}
	p.wantPrinted("ok " + argument + " 0\n")
}

func TestUnlockingAFutexInTheVDSOIsSteppedThrough(t *testing.T) {
	for argument, function := range unlocks {
		t.Run(argument, func(t *testing.T) {
			p := atVDSO(t, argument, function)
			if p == nil {
				return
			}
			p.Policy().Inside = true
			if stop, steps := p.stepOut(100, nil); steps < 4 || len(stop.Units) != 0 {
				t.Errorf("%d steps: %s", steps, p.describe(stop))
			}
			p.wantExit(0)
			p.wantPrinted("ok " + argument + " 0\n")
		})
	}
}

// After a stop at any instruction of the function, by a step or a breakpoint, the program
// continues correctly, and ends correctly after detaching.
func TestUnlockingAFutexGoesOnFromAnyOfItsInstructions(t *testing.T) {
	for argument, function := range unlocks {
		p := atVDSO(t, argument, function)
		if p == nil {
			continue
		}
		var places []table.Addr
		p.Policy().Inside = true
		p.stepOut(100, func() { places = append(places, p.now().PC()) })
		for n, place := range places {
			for _, end := range []string{"continue", "detach", "aside"} {
				t.Run(fmt.Sprintf("%s, instruction %d, %s", argument, n, end), func(t *testing.T) {
					p := start(t, tabletest.Fixture{Source: "vdsocalls.c"}, argument)
					b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{place}})
					p.wantReason(p.cont(), stepper.StopBreakpoint)
					p.delete(b)
					switch end {
					case "continue":
						p.wantExit(0)
						p.wantPrinted("ok " + argument + " 0\n")
					case "detach":
						pid := p.process.PID()
						if err := p.Detach(); err != nil {
							t.Fatal(err)
						}
						p.wantRightEnd(pid, "ok "+argument+" 0\n")
					case "aside":
						// The place where the kernel interrupts it then is not in the function.
						for range 10 {
							if err := p.process.StepAside(p.Thread()); err != nil {
								t.Fatal(err)
							}
						}
						p.wantExit(0)
						p.wantPrinted("ok " + argument + " 0\n")
					}
				})
			}
		}
	}
}
