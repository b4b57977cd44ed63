package stepper_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// counting returns the fixtures of testdata/sections that count: each lays out a section's code
// in a different way, with data in it or beside it, and the abort handler in line.
func counting(t *testing.T) []tabletest.Fixture {
	var list []tabletest.Fixture
	for _, name := range []string{"inline", "armfirst", "armsecond", "armloop", "before", "table", "jumpin", "datain",
		"shared", "twice", "overlap", "fallinto", "midhandler", "lineend", "leave"} {
		for _, opt := range []string{"-O0", "-O2"} {
			list = append(list, tabletest.Fixture{Source: "sections/" + name + ".c", Opt: opt})
		}
	}
	return list
}

// countingWays are the ways to step through such a program; the test detaches afterwards.
func countingWays() map[string]func(p *program) {
	repeat := func(command string, n int) func(p *program) {
		return func(p *program) {
			p.runTo("work")
			for range n {
				stop := p.do(command)
				if stop.Reason == stepper.StopThreadExited || stop.Reason == stepper.StopExited {
					break // its rounds are over: the other threads have done them
				}
				if stop.Reason != stepper.StopStep {
					p.t.Fatalf("%s: %s", command, p.describe(stop))
				}
			}
		}
	}
	return map[string]func(p *program){
		"step":  repeat("step", 15),
		"next":  repeat("next", 30),
		"stepi": func(p *program) { p.runTo("work"); p.wantReason(p.stepi(400), stepper.StopStep) },
		"inside": func(p *program) {
			p.runTo("work")
			p.Policy().Inside = true
			p.wantReason(p.stepi(400), stepper.StopStep)
		},
		"break": func(p *program) {
			b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address("commit")}})
			for range 5 {
				p.wantReason(p.cont(), stepper.StopBreakpoint)
			}
			for _, command := range []string{"next", "continue", "stepi", "continue", "step"} {
				p.do(command)
			}
			if err := p.DeleteBreakpoint(b.Number); err != nil {
				p.t.Fatal(err)
			}
		},
		"never": func(p *program) { // a condition that is always false
			p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address("commit")},
				When: func(int) (bool, error) { return false, nil }})
		},
	}
}

// Whatever way steps through it, such a program prints its correct sum; a lost update, a
// section that commits twice or a trap in the middle of an instruction would change the sum.
func TestSectionsOfEveryLayoutCountRight(t *testing.T) {
	ways := countingWays()
	rounds := tabletest.Rounds(t, 1, 2)
	for _, f := range tabletest.Some(t, 6, counting(t)) {
		for _, name := range tabletest.SomeKeys(t, 3, ways) {
			t.Run(f.String()+"-"+name, func(t *testing.T) {
				for range rounds {
					p := launch(t, f, "100", "4")
					if ways[name](p); p.process.Alive() {
						p.wantExit(0)
					}
					p.wantPrinted("sum 400 of 400\n")
				}
			})
		}
	}
}

// Every pass of goto.c leaves its line by the abort handler in line, behind data that decodes
// as a jump's beginning.
func TestALineIsLeftByAHandlerBehindItsSignature(t *testing.T) {
	_, target, _ := strings.Cut(lineIn(t, "sections/goto.c", "gone++"), ":")
	for _, opt := range []string{"-O0", "-O1", "-O2"} {
		for _, command := range []string{"next", "step"} {
			t.Run(command+opt, func(t *testing.T) {
				p := launch(t, tabletest.Fixture{Source: "sections/goto.c", Opt: opt})
				p.runTo("pass")
				for n := 0; p.where(p.do(command)) != "pass:"+target; n++ {
					if n > 10 {
						t.Fatal("the handler's target is not met")
					}
				}
				p.wantExit(0)
				p.wantPrinted("passes 300 gone 3\n")
			})
		}
	}
}

// The range step of gdb's protocol leaves a range in the same way.
func TestARangeIsLeftByAHandlerBehindItsSignature(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "sections/goto.c", Opt: "-O2"})
	p.runTo("pass")
	r, err := p.Regs(p.Thread())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range p.Symbols().LineRanges(r.PC(), 0) {
		if line.Contains(r.PC()) {
			stop, err := p.StepRange(p.ctx, line.Low, line.High)
			if err != nil || stop.Reason != stepper.StopStep || line.Contains(stop.PC) {
				t.Fatalf("[%v, %v): %s, %v", line.Low, line.High, p.describe(stop), err)
			}
		}
	}
	p.wantExit(0)
}

// No instruction that a thread executes in a function begins inside one that the control flow
// analysis has found, unless the analysis has found that one, too; it finds all instructions
// that are reached without an indirect jump.
func TestLayoutIsWhatIsExecuted(t *testing.T) {
	for _, f := range tabletest.Some(t, 8, counting(t)) {
		t.Run(f.String(), func(t *testing.T) {
			p := launch(t, f, "100", "1")
			p.runTo("work")
			pc := p.address("commit")
			fn, ok := p.Symbols().Function(pc)
			if !ok {
				t.Fatalf("no function at %v", pc)
			}
			code := machine.Code{Arch: ptrace.Arch(), Entries: []table.Addr{fn.Entry}, Read: p.process.ReadMemory}
			for _, r := range fn.Ranges {
				code.Ranges = append(code.Ranges, r)
				code.Likely = append(code.Likely, p.Symbols().Statements(r)...)
			}
			for _, s := range p.Image().Sections() {
				code.Entries = append(code.Entries, s.Start, s.End, s.Abort)
				code.Data = append(code.Data, machine.Range{Low: s.Abort - machine.SignatureSize, High: s.Abort})
			}
			layout := machine.Lay(code)
			executed := map[table.Addr]bool{}
			for range 300 {
				stop, err := p.StepInside(p.ctx, 1)
				if err != nil || stop.Reason != stepper.StopStep {
					t.Fatalf("%s, %v", p.describe(stop), err)
				}
				executed[stop.PC] = true
			}
			found := 0
			var missed []string
			for a := range executed {
				if !slices.ContainsFunc(code.Ranges, func(r machine.Range) bool { return a-r.Low < r.High-r.Low }) {
					continue
				}
				if layout.Begins(a) {
					found++
				} else if layout.Within(a) || !strings.Contains(f.Source, "table") && !strings.Contains(f.Source, "jumpin") {
					missed = append(missed, a.String())
				}
			}
			if found < 8 || len(missed) > 0 {
				t.Errorf("%d executed instructions are found in %s, not those at %v", found, fmt.Sprint(fn.Name), missed)
			}
		})
	}
}
