package stepper_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// After a stop by a signal that the program handles, every step ends at the handler's first
// instruction, as gdb's steps do (tried with gdb 13).
func TestStepAfterASignalStopEndsInTheHandler(t *testing.T) {
	const next = "" // in main, on the next line
	for _, row := range []struct{ mode, command, want string }{
		{"lines", "stepi", "lines"}, {"lines", "nexti", "lines"}, {"lines", "step", "lines"}, {"lines", "next", "lines"}, {"lines", "until", "lines"},
		{"plain", "stepi", "plain"}, {"plain", "nexti", "plain"}, {"plain", "step", "plain"}, {"plain", "next", "plain"}, {"plain", "until", "plain"},
		{"bare", "stepi", "bare"}, {"bare", "nexti", "bare"}, {"bare", "step", next}, {"bare", "next", "bare"},
		{"fault", "stepi", "skip"}, {"fault", "nexti", "skip"}, {"fault", "step", "skip"}, {"fault", "next", "skip"}, {"fault", "until", "skip"},
		{"ignored", "step", next}, {"ignored", "next", next}, {"ignored", "until", next},
	} {
		t.Run(row.mode+" "+row.command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "deliver.c", Shape: tabletest.NoPIE}, row.mode)
			p.wantReason(p.cont(), stepper.StopSignal)
			stop := p.do(row.command)
			p.wantReason(stop, stepper.StopStep)
			switch f, _ := p.Symbols().Function(stop.PC); {
			case row.want == next:
				if l, _ := p.Symbols().Line(stop.PC, 0); "deliver.c:"+fmt.Sprint(l.Line) != lineIn(t, "deliver.c", "hits += 10") {
					t.Errorf("in line %d: %s", l.Line, p.describe(stop))
				}
			case row.want == "bare":
				if at := p.word("bare"); stop.PC != at {
					t.Errorf("%v, not %v, where the handler begins", stop.PC, at)
				}
			case f.Name != row.want || stop.PC != f.Entry:
				t.Errorf("%s, not at the first instruction of %s", p.describe(stop), row.want)
			}
			p.wantExit(0)
			hits := 11
			if row.mode == "ignored" {
				hits = 10
			}
			p.wantPrinted(fmt.Sprintf("hits %d\n", hits))
		})
	}
}

// word reads a pointer in the program's memory.
func (p *program) word(name string) table.Addr {
	p.t.Helper()
	var b [8]byte
	if _, err := p.process.ReadMemory(p.address(name), b[:]); err != nil {
		p.t.Fatal(err)
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:]))
}

// A step after a signal stop hits a breakpoint at the handler's first instruction.
func TestBreakpointAtTheHandlerIsMetByAStepAfterASignalStop(t *testing.T) {
	for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
		for _, command := range []string{"stepi", "next"} {
			p := start(t, tabletest.Fixture{Source: "deliver.c"}, "lines")
			p.wantReason(p.cont(), stepper.StopSignal)
			at := p.address("lines")
			b := p.add(stepper.BreakpointSpec{Kind: kind, Location: "*" + at.String(), Addrs: []table.Addr{at}})
			stop := p.do(command)
			if stop.Reason != stepper.StopBreakpoint || stop.PC != at || b.Hits != 1 {
				t.Errorf("%s: %s, met %d times", command, p.describe(stop), b.Hits)
			}
			p.wantExit(0)
			if b.Hits != 1 {
				t.Errorf("%s: met %d times", command, b.Hits)
			}
		}
	}
}

// After a signal raised inside a section, the handler runs next, and returns to the section's
// abort handler, to which the kernel has moved the thread.
func TestSignalInsideASectionLeadsToItsHandler(t *testing.T) {
	for _, inside := range []bool{false, true} {
		for _, command := range []string{"stepi", "nexti", "step", "next", "until"} {
			t.Run(fmt.Sprint(command, inside), func(t *testing.T) {
				p := start(t, tabletest.Fixture{Source: "ud2.c"})
				p.Policy().Inside = inside
				p.wantReason(p.cont(), stepper.StopSignal)
				stop := p.do(command)
				p.wantReason(stop, stepper.StopStep)
				if f, _ := p.Symbols().Function(stop.PC); f.Name != "on" || stop.PC != f.Entry {
					t.Errorf("%s, not at the handler's first instruction", p.describe(stop))
				}
				if len(stop.Units) != 1 || stop.Units[0].Result != stepper.Restarts || stop.Units[0].Exit == 0 {
					t.Errorf("of the section is said %+v", stop.Units)
				}
				p.wantExit(0)
				p.wantPrinted("faults 1 aborts 1 done 1\n")
			})
		}
	}
}

// If a signal interrupts a section that is stepped as a unit, the report has the place.
func TestInterruptedSectionIsReportedWithItsPlace(t *testing.T) {
	for _, inside := range []bool{false, true} {
		p := start(t, tabletest.Fixture{Source: "ud2.c"})
		p.runTo(lineIn(t, "ud2.c", "__asm__ volatile("))
		p.Policy().Inside = inside
		stop := p.stepi(100)
		p.wantReason(stop, stepper.StopSignal)
		for _, u := range stop.Units {
			if u.Result == stepper.Diverted && u.Exit != stop.PC {
				t.Errorf("interrupted at %v, the thread stands at %v", u.Exit, stop.PC)
			}
		}
		if !inside && len(stop.Units) != 1 {
			t.Errorf("units %+v", stop.Units)
		}
		p.wantExit(0)
		p.wantPrinted("faults 1 aborts 1 done 1\n")
	}
}
