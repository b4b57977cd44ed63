package stepper_test

import (
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// runnable selects the builds that are programs.
func runnable(all []tabletest.Fixture) []tabletest.Fixture {
	var programs []tabletest.Fixture
	for _, f := range all {
		if f.Runs() {
			programs = append(programs, f)
		}
	}
	return programs
}

// seeds is the loop of the original report in many builds, each with its abort handler in main
// and far from it.
func seeds() []tabletest.Fixture {
	var all []tabletest.Fixture
	for _, f := range runnable(tabletest.Pairs("seed.c")) {
		all = append(all, f)
		f.Flags = []string{"-DFIX_FAR"}
		all = append(all, f)
	}
	return all
}

// tries counts the programs whose section was tried more than once: the kernel may preempt it.
type tries struct{ all, more int }

// of takes what seed.c printed, and returns the number of attempts.
func (c *tries) of(p *program) (attempts int) {
	p.t.Helper()
	if _, err := fmt.Sscanf(p.printed(), "attempts %d\n", &attempts); err != nil || attempts < 1 || attempts > 4 {
		p.t.Fatalf("the program printed %q, not \"attempts 1\"", p.printed())
	}
	c.all++
	if attempts > 1 {
		c.more++
	}
	return attempts
}

// end fails if more sections were aborted than a busy machine's kernel aborts.
func (c *tries) end(t *testing.T) {
	t.Helper()
	if c.more > 1+c.all/4 {
		t.Errorf("%d of %d programs have tried their section again", c.more, c.all)
	}
}

// On the loop of the original report, the command ends and the section is never aborted.
func TestLineStepsThroughTheSeedLoopEnd(t *testing.T) {
	var c tries
	defer c.end(t)
	for _, f := range tabletest.Some(t, 4, seeds()) {
		t.Run(f.String(), func(t *testing.T) {
			for _, command := range []string{"next", "step"} {
				p := start(t, f)
				const printf = "main:18"
				for n := 0; p.where(p.do(command)) != printf; n++ {
					if n > 100 {
						t.Fatalf("100 times %s, and the loop has not ended", command)
					}
				}
				p.wantExit(0)
				c.of(p)
			}
		})
	}
}

// step enters the C library if the machine has debug files for it.
func TestLineStepsFromMainToExitEnd(t *testing.T) {
	var c tries
	defer c.end(t)
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, command := range []string{"next", "step"} {
			t.Run(command+opt, func(t *testing.T) {
				p := launchWith(t, nil, tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Opt: opt}))
				p.runTo("main")
				if code, _ := p.toEnd(command, 10000); code != 0 {
					t.Errorf("the program exits with %d", code)
				}
				c.of(p)
			})
		}
	}
}

func TestStepiThroughTheSeedLoopEnds(t *testing.T) {
	var c tries
	defer c.end(t)
	builds := append(runnable(tabletest.Pairs("seed.c")), tabletest.Fixture{Source: "seed.c", Opt: "-O2", Flags: []string{"-DFIX_FAR"}})
	for _, f := range tabletest.Some(t, 3, builds) {
		t.Run(f.String(), func(t *testing.T) {
			p := start(t, f)
			code, units := p.stepiToEnd(200000)
			if code != 0 {
				t.Errorf("the program exits with %d", code)
			}
			if c.of(p) > 1 {
				return
			}
			if len(units) != 1 || units[0].Result != stepper.Committed || units[0].Passes != 1 {
				t.Errorf("want one section that commits once, got %+v", units)
			}
		})
	}
}
