package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// The promise on the loop of the original report: each of these commands ends,
// and the section is not aborted once.
func TestStepsThroughTheSeedLoopEnd(t *testing.T) {
	for _, f := range runnable(tabletest.Pairs("seed.c")) {
		for _, far := range []bool{false, true} {
			f := f
			if far {
				f.Flags = []string{"-DFIX_FAR"}
			}
			t.Run(f.String(), func(t *testing.T) {
				for _, command := range []string{"next", "step"} {
					p := start(t, f)
					if code, _ := p.toEnd(command, 100); code != 0 {
						t.Errorf("%s: the program exits with %d", command, code)
					}
					p.wantPrinted("attempts 1\n")
				}
			})
		}
	}
}

// runnable leaves those builds that are programs.
func runnable(all []tabletest.Fixture) []tabletest.Fixture {
	var programs []tabletest.Fixture
	for _, f := range all {
		if f.Runs() {
			programs = append(programs, f)
		}
	}
	return programs
}

func TestStepiThroughTheSeedLoopEnds(t *testing.T) {
	builds := runnable(tabletest.Pairs("seed.c"))
	if testing.Short() {
		builds = builds[:2]
	}
	for _, f := range builds {
		t.Run(f.String(), func(t *testing.T) {
			p := start(t, f)
			code, units := p.stepiToEnd(200000)
			if code != 0 {
				t.Errorf("the program exits with %d", code)
			}
			p.wantPrinted("attempts 1\n")
			if len(units) != 1 || units[0].Result != stepper.Committed || units[0].Passes != 1 {
				t.Errorf("want one section that commits once, got %+v", units)
			}
		})
	}
}
