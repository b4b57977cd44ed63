package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// If the user has set a thread's PC to a breakpoint, the thread hits it; if a command has
// stopped it there, the user has seen the breakpoint, and resuming steps off it.
func TestABreakpointIsMetWhereTheUserHasPutTheThread(t *testing.T) {
	for _, kinds := range [][2]stepper.BreakpointKind{
		{stepper.BreakSoftware, stepper.BreakSoftware}, {stepper.BreakSoftware, stepper.BreakHardware},
		{stepper.BreakHardware, stepper.BreakHardware},
	} {
		p := launch(t, tabletest.Fixture{Source: "standing.c"})
		p.add(stepper.BreakpointSpec{Kind: kinds[0], Location: lineIn(t, "standing.c", "n += 2;")})
		p.wantReason(p.cont(), stepper.StopBreakpoint)
		b := p.add(stepper.BreakpointSpec{Kind: kinds[1], Location: lineIn(t, "standing.c", "n += 8;")})
		r, err := p.Regs(p.Thread())
		if err != nil {
			t.Fatal(err)
		}
		r.SetPC(b.Places[0].Addr)
		if err := p.SetRegs(p.Thread(), r); err != nil {
			t.Fatal(err)
		}
		if stop := p.cont(); stop.Reason != stepper.StopBreakpoint || stop.PC != b.Places[0].Addr || b.Hits != 1 {
			t.Fatalf("kinds %v: %s, met %d times", kinds, p.describe(stop), b.Hits)
		}
		p.wantExit(0)
		p.wantPrinted("n 25 handled 0\n")
		if b.Hits != 1 {
			t.Errorf("kinds %v: met %d times", kinds, b.Hits)
		}
	}
}

// A breakpoint at an int3 of the program's own replaces it: resuming from there reports no
// SIGTRAP, whatever the breakpoint's condition.
func TestABreakpointStandsForTheProgramsOwnTrap(t *testing.T) {
	for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
		for _, met := range []bool{true, false} {
			for _, command := range []string{"continue", "stepi", "next"} {
				p := start(t, tabletest.Fixture{Source: "standing.c"}, "trap")
				at := p.address("trap")
				p.add(stepper.BreakpointSpec{Kind: kind, Location: "trap", Addrs: []table.Addr{at}, When: func(int) (bool, error) { return met, nil }})
				if met {
					stop := p.cont()
					p.wantReason(stop, stepper.StopBreakpoint)
					if stop.PC != at {
						t.Errorf("stopped at %s", p.describe(stop))
					}
					if command == "stepi" {
						if stop := p.do(command); stop.Reason != stepper.StopStep || stop.PC != at+table.Addr(len(ptrace.Arch().Breakpoint)) {
							t.Errorf("stepi: %s", p.describe(stop))
						}
					} else if command == "next" {
						p.wantReason(p.do(command), stepper.StopStep)
					}
				}
				p.wantExit(0)
				p.wantPrinted("n 31 handled 0\n")
			}
		}
	}
}
