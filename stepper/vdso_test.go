package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// returned counts the vDSO functions that ran as units.
func returned(units []stepper.UnitReport) map[string]int {
	names := map[string]int{}
	for _, u := range units {
		if u.Result == stepper.Returned {
			names[u.Section] += u.Passes
		}
	}
	return names
}

func TestStepiFromMainThroughTheVDSOEnds(t *testing.T) {
	for _, f := range []tabletest.Fixture{
		{Source: "vdso.c"},
		{Source: "vdso.c", Opt: "-O2", Shape: tabletest.NoPIE},
		{Source: "vdso.c", Opt: "-O2", Shape: tabletest.Static},
	} {
		t.Run(f.String(), func(t *testing.T) {
			p := start(t, f)
			code, units := p.stepiToEnd(200000)
			if code != 0 {
				t.Errorf("the program exits with %d", code)
			}
			p.wantPrinted("ok\n")
			got := returned(units)
			for _, name := range perArch([]string{"clock_gettime", "gettimeofday", "time", "getcpu"}, []string{"clock_gettime", "gettimeofday"}) {
				if got[inVDSO(name)] == 0 {
					t.Errorf("%s was not passed as a unit: %+v", name, units)
				}
			}
		})
	}
}

func TestLineStepsThroughTheVDSOEnd(t *testing.T) {
	for _, command := range []string{"next", "step", "nexti"} {
		p := start(t, tabletest.Fixture{Source: "vdso.c", Opt: "-O2"})
		if code, _ := p.toEnd(command, 20000); code != 0 {
			t.Errorf("%s: the program exits with %d", command, code)
		}
		p.wantPrinted("ok\n")
	}
}

// Go calls the vDSO from its own code that switches stacks.
func TestStepiPassesTheVDSOInAGoProgram(t *testing.T) {
	p := launchFile(t, tabletest.BuildGo(t, "gotime", false), "100")
	p.runTo("main.read")
	p.steppedThroughVDSO(5)
	p.wantExit(0)
	p.wantPrinted("ok 100\n")
}

// The runtime's first reading of the clock: stepping continues behind it.
func TestStepiFromNanotimeGoesOn(t *testing.T) {
	p := launchFile(t, tabletest.BuildGo(t, "gotime", true), "3")
	p.runTo("runtime.nanotime1")
	stop := p.stepi(20000)
	p.wantReason(stop, stepper.StopStep)
	if returned(stop.Units)[inVDSO("clock_gettime")] == 0 {
		t.Errorf("the vDSO was not passed as a unit: %+v", stop.Units)
	}
	p.wantExit(0)
	p.wantPrinted("ok 3\n")
}

// steppedThroughVDSO steps instructions until clock_gettime has run n times. It returns false
// if the program exits normally before: a stepped thread that waits for the others makes the
// Engine resume them.
func (p *program) steppedThroughVDSO(n int) bool {
	p.t.Helper()
	for passed, bursts := 0, 0; passed < n; bursts++ {
		if bursts > 200 {
			p.t.Fatalf("200,000 instructions, and only %d units", passed)
		}
		stop := p.stepi(1000)
		passed += returned(stop.Units)[inVDSO("clock_gettime")]
		if stop.Reason == stepper.StopExited && stop.Status.Code == 0 {
			return false
		}
		p.wantReason(stop, stepper.StopStep)
	}
	return true
}
