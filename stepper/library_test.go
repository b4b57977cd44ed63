package stepper_test

import (
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// Sections appear and vanish with their library, and its breakpoints become pending without it.
func TestSectionsComeWithTheirLibrary(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		t.Run(opt, func(t *testing.T) {
			lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Opt: opt})
			p := start(t, tabletest.Fixture{Source: "dlmain.c", Opt: opt}, lib, "10")
			before := len(p.Image().Sections())
			b := p.add(stepper.BreakpointSpec{Location: "libsec_add", Pending: true})
			if !b.Pending {
				t.Fatal("the library is there before it is loaded")
			}
			for round := range 2 {
				stop := p.cont()
				p.wantReason(stop, stepper.StopBreakpoint)
				if n := len(p.Image().Sections()); n <= before {
					t.Fatalf("round %d: %d sections, %d before the library came", round, n, before)
				}
				stop = p.stepi(30)
				p.wantReason(stop, stepper.StopStep)
				if got := passes(stop.Units); got[stepper.Committed] == 0 {
					t.Errorf("round %d: no section committed in 30 steps: %+v", round, stop.Units)
				}
			}
			p.wantExit(0)
			p.wantPrinted("attempts 20 sum 21\n")
		})
	}
}

func TestStepsThroughALibraryThatComesEnd(t *testing.T) {
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared})
	for _, command := range []string{"next", "step", "stepi"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "dlmain.c"}, lib, "3")
			if command == "stepi" {
				// dlopen and dlclose take many instructions; the test steps only through the
				// library itself.
				for range 2 {
					b := p.add(stepper.BreakpointSpec{Location: "libsec_add", Pending: true})
					p.wantReason(p.cont(), stepper.StopBreakpoint)
					if err := p.DeleteBreakpoint(b.Number); err != nil {
						t.Fatal(err)
					}
					if got := passes(p.stepi(120).Units); got[stepper.Committed] != 3 {
						t.Errorf("want 3 commits, got %v", got)
					}
				}
				p.wantExit(0)
			} else if code, _ := p.toEnd(command, 500); code != 0 {
				t.Errorf("the program exits with %d", code)
			}
			p.wantPrinted("attempts 6 sum 7\n")
		})
	}
}

// Without section headers the Engine learns a descriptor only when a thread arms it.
func TestSectionsOfStrippedProgramsAreLearnt(t *testing.T) {
	for _, strip := range tabletest.Some(t, 1, []tabletest.Strip{tabletest.StripDebug, tabletest.StripAll, tabletest.StripSections}) {
		f := tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.Static, Strip: strip}
		t.Run(f.String(), func(t *testing.T) {
			p := launch(t, f, "20")
			sections := len(p.Image().Sections())
			if strip == tabletest.StripSections && sections != 0 {
				t.Fatalf("%d sections are declared without section headers", sections)
			}
			// There may be no symbol for main, so the test starts at the program's first
			// instruction.
			code, units := p.stepiToEnd(500000)
			if code != 0 {
				t.Errorf("the program exits with %d", code)
			}
			p.wantAborts(func(n int) string { return fmt.Sprintf("aborts %d attempts %d sum 20\n", n, 20+n) })
			if got := passes(units); got[stepper.Committed] != 20 {
				t.Errorf("want 20 commits, got %v", got)
			}
		})
	}
}
