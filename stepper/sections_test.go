package stepper_test

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// passes sums up the results of units.
func passes(units []stepper.UnitReport) map[stepper.Result]int {
	sums := map[stepper.Result]int{}
	for _, u := range units {
		sums[u.Result] += u.Passes
	}
	return sums
}

// counted sums up the Engine's counts of every section.
func (p *program) counted() stepper.Counts {
	var sum stepper.Counts
	for _, c := range p.SectionCounts() {
		sum.Passes += c.Passes
		sum.Commits += c.Commits
		sum.Aborts += c.Aborts
		sum.SideExits += c.SideExits
	}
	return sum
}

// The kernel may preempt 0.1 % on an idle machine.
func TestUnitsSteppedOneByOneRarelyAbort(t *testing.T) {
	for _, c := range []struct {
		opt string
		n   int
	}{{"-O2", 10000}, {"-O0", 1000}} {
		t.Run(c.opt, func(t *testing.T) {
			n := tabletest.Rounds(t, 1000, c.n)
			p := start(t, tabletest.Fixture{Source: "units.c", Opt: c.opt}, fmt.Sprint(n))
			code, _ := p.stepiToEnd(60*n + 200000)
			var aborts, attempts, sum int
			if _, err := fmt.Sscanf(p.printed(), "aborts %d attempts %d sum %d", &aborts, &attempts, &sum); err != nil {
				t.Fatalf("%q: %v", p.printed(), err)
			}
			if code != 0 || sum != n || aborts > 3+n/1000 || attempts != n+aborts {
				t.Errorf("exit %d, printed %q", code, p.printed())
			}
			if c := p.counted(); c.Commits != n || c.Aborts != aborts || c.Passes != n+aborts {
				t.Errorf("the engine counts %+v, the program printed %q", c, p.printed())
			}
		})
	}
}

func TestNextOverTheHotLineEnds(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		for _, flags := range [][]string{nil, {"-DFIX_NEAR"}, {"-DFIX_CALL"}} {
			f := tabletest.Fixture{Source: "hotline.c", Opt: opt, Flags: flags}
			t.Run(f.String(), func(t *testing.T) {
				p := launch(t, f, "100000")
				p.runTo("hotline.c:22")
				p.wantLine(p.next(), "main:23")
				p.wantExit(0)
				if !strings.HasPrefix(p.printed(), "sum 100000 ns ") {
					t.Errorf("the program printed %q", p.printed())
				}
			})
		}
	}
}

// Each round takes a side exit of one section, or commits it, and commits another that loops.
func TestStepiTellsSideExitsFromCommits(t *testing.T) {
	for _, f := range tabletest.Some(t, 2, []tabletest.Fixture{
		{Source: "sidexit.c", Shape: tabletest.Static},
		{Source: "sidexit.c", Opt: "-O2", Linker: tabletest.LLD, Own: true},
		{Source: "sidexit.c", Opt: "-O2", Table: tabletest.RseqTable, Shape: tabletest.NoPIE},
		{Source: "sidexit.c", Opt: "-O2", Flags: []string{"-DFIX_FLAT"}},
		{Source: "sidexit.c", Flags: []string{"-DFIX_NEAR", "-DFIX_CALL"}},
	}) {
		t.Run(f.String(), func(t *testing.T) {
			p := start(t, f, "8")
			code, units := p.stepiToEnd(200000)
			if code != 0 || !strings.HasPrefix(p.printed(), "committed 4 aside 4 copied 8 ") {
				t.Errorf("exit %d, printed %q", code, p.printed())
			}
			if got := passes(units); got[stepper.Committed] != 12 || got[stepper.SideExit] != 4 {
				t.Errorf("want 12 commits and 4 side exits, got %v", got)
			}
		})
	}
}

func TestStepsThroughSideExitsEnd(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		for _, command := range []string{"next", "step"} {
			t.Run(opt+command, func(t *testing.T) {
				p := start(t, tabletest.Fixture{Source: "sidexit.c", Opt: opt}, "5")
				for n := 0; p.where(p.do(command)) != "main:32"; n++ {
					if n > 1000 {
						t.Fatal("the loop has not ended")
					}
				}
				p.wantExit(0)
				p.wantAborts(func(n int) string { return fmt.Sprintf("committed 3 aside 2 copied 5 aborts %d\n", n) })
			})
		}
	}
}

func TestStepiFindsAnAreaTheProgramRegistered(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "ownreg.c", Opt: "-O2"}, "100")
	p.breakAt("ownreg.c:47")
	var stop stepper.Stop
	for stop = p.cont(); stop.Reason == stepper.StopExec; stop = p.cont() {
	}
	p.wantReason(stop, stepper.StopBreakpoint)
	code, units := p.stepiToEnd(100000)
	if code != 0 || !strings.Contains(p.printed(), "sum 100 aborts ") {
		t.Errorf("exit %d, printed %q", code, p.printed())
	}
	// The kernel may preempt and abort one on a busy machine.
	got := passes(units)
	if aborted := got[stepper.Aborted]; got[stepper.Committed] != 100 || aborted > 3 || len(got) > 2 {
		t.Errorf("want 100 commits, got %v", got)
	}
}

// In asm.S every instruction has a line of its own: a line step from the arming store covers
// the section and ends behind it, or at the declared side exit.
func TestLineStepsPassASectionWithLinesOfItsOwn(t *testing.T) {
	for _, command := range []string{"next", "step"} {
		for _, table := range []tabletest.Table{tabletest.RseqCS, tabletest.RseqTable} {
			t.Run(command+string(table), func(t *testing.T) {
				p := start(t, tabletest.Fixture{Source: "asmmain.c", Extra: []string{"asm.S"}, Table: table})
				below := p.breakAt("asm_addbelow")
				// pass is the lines of one call. One that the kernel preempted goes to its abort handler,
				// and main tries again: the call's breakpoint is met, by the next step or by continuing.
				pass := func(aborted string) string {
					for {
						var lines []string
						for len(lines) == 0 || strings.HasPrefix(lines[len(lines)-1], "asm_") {
							if lines = append(lines, p.where(p.do(command))); strings.Contains(strings.Join(lines, " "), aborted+" asm_") {
								lines = nil
							}
							if len(lines) > 20 {
								t.Fatal(lines)
							}
						}
						got := strings.Join(lines, " ")
						if !strings.Contains(got, aborted) {
							return got
						}
						p.wantReason(p.cont(), stepper.StopBreakpoint)
					}
				}
				for round := range 10 {
					first := p.breakAt("asm_addv")
					p.wantReason(p.cont(), stepper.StopBreakpoint)
					want := perArch("asm_addv:15 asm_addv:25 asm_addv:26 main:31", "asm_addv:10 asm_addv:11 asm_addv:12 asm_addv:15 asm_addv:26 asm_addv:27 main:31")
					if got := pass("asm_addv:31 asm_addv:32"); got != want {
						t.Fatalf("round %d: asm_addv: got %s, want %s", round, got, want)
					}
					if err := p.DeleteBreakpoint(first.Number); err != nil {
						t.Fatal(err)
					}
					p.wantReason(p.cont(), stepper.StopBreakpoint)
					want = perArch("asm_addbelow:44 asm_addbelow:54 asm_addbelow:55 main:32", "asm_addbelow:41 asm_addbelow:42 asm_addbelow:43 asm_addbelow:46 asm_addbelow:59 asm_addbelow:60 main:32")
					if round >= 6 {
						want = perArch("asm_addbelow:44 asm_addbelow:58 asm_addbelow:59 main:32", "asm_addbelow:41 asm_addbelow:42 asm_addbelow:43 asm_addbelow:46 asm_addbelow:63 asm_addbelow:64 main:32")
					}
					if got := pass(perArch("asm_addbelow:64 asm_addbelow:65", "asm_addbelow:68 asm_addbelow:69")); got != want {
						t.Fatalf("round %d: asm_addbelow: got %s, want %s", round, got, want)
					}
				}
				if err := p.DeleteBreakpoint(below.Number); err != nil {
					t.Fatal(err)
				}
				p.wantExit(0)
				p.wantPrinted("sum 30 limited 6 added 6 aside 4\n")
			})
		}
	}
}
