package stepper_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// becomes launches the program that executes another one, each with its own shape.
func becomes(t *testing.T, how string, old, next tabletest.Shape) *program {
	t.Helper()
	return launch(t, tabletest.Fixture{Source: "become.c", Shape: old}, how, tabletest.Build(t, tabletest.Fixture{Source: "became.c", Shape: next}))
}

// lineIn is the first line of a fixture that contains a text, as a location; if the text ends
// in "$", the last line that consists only of it.
func lineIn(t testing.TB, source, text string) string {
	t.Helper()
	b, err := os.ReadFile(tabletest.Root(t) + "/testdata/" + source)
	if err != nil {
		t.Fatal(err)
	}
	whole, last := strings.CutSuffix(text, "$")
	found := 0
	for n, line := range strings.Split(string(b), "\n") {
		if last && line == whole || !last && found == 0 && strings.Contains(line, text) {
			found = n + 1
		}
	}
	if found == 0 {
		t.Fatalf("%s has no %q", source, text)
	}
	return fmt.Sprintf("%s:%d", source, found)
}

// shapes are the pairs of an old and a new program's shape.
func shapes(t *testing.T, n int) [][2]tabletest.Shape {
	var all [][2]tabletest.Shape
	for _, old := range []tabletest.Shape{tabletest.NoPIE, tabletest.PIE, tabletest.Static} {
		for _, next := range []tabletest.Shape{tabletest.Static, tabletest.PIE, tabletest.NoPIE} {
			all = append(all, [2]tabletest.Shape{old, next})
		}
	}
	return tabletest.Some(t, n, all)
}

// For one breakpoint at a time, of every kind, that the old program hit: the new program runs
// to its end as if there were no debugger.
func TestNoBreakpointOfTheOldProgramIsLeftInTheNew(t *testing.T) {
	kinds := map[string]func(p *program) stepper.BreakpointSpec{
		"break": func(*program) stepper.BreakpointSpec { return stepper.BreakpointSpec{Location: "only_old"} },
		"tbreak": func(p *program) stepper.BreakpointSpec {
			return stepper.BreakpointSpec{Location: lineIn(p.t, "become.c", "execv(args[0], args);"), Temporary: true}
		},
		"hbreak": func(*program) stepper.BreakpointSpec {
			return stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "only_old"}
		},
		"break *ADDRESS": func(p *program) stepper.BreakpointSpec {
			a := p.address("only_old")
			return stepper.BreakpointSpec{Location: "*" + a.String(), Addrs: []table.Addr{a, a + 4}}
		},
		"hbreak *ADDRESS": func(p *program) stepper.BreakpointSpec {
			a := p.address("only_old")
			return stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "*" + a.String(), Addrs: []table.Addr{a}}
		},
		"watch": func(p *program) stepper.BreakpointSpec {
			return stepper.BreakpointSpec{Kind: stepper.WatchAccess, Location: "counter", Watch: p.address("counter"), WatchLength: 4}
		},
		"a client's": func(p *program) stepper.BreakpointSpec {
			a := p.address("only_old")
			return stepper.BreakpointSpec{Location: "*" + a.String(), Addrs: []table.Addr{a}, Nameless: true, ThisProgram: true}
		},
		"a false condition": func(*program) stepper.BreakpointSpec {
			return stepper.BreakpointSpec{Location: "only_old", When: func(int) (bool, error) { return false, nil }}
		},
	}
	for _, kind := range tabletest.SomeKeys(t, 4, kinds) {
		for _, shape := range shapes(t, 2) {
			t.Run(fmt.Sprint(kind, " ", shape), func(t *testing.T) {
				p := becomes(t, "exec", shape[0], shape[1])
				p.runTo("work")
				p.add(kinds[kind](p))
				stop := p.cont()
				for n := 0; stop.Reason != stepper.StopExited && n < 5; n++ {
					stop = p.cont()
				}
				p.wantReason(stop, stepper.StopExited)
				if stop.Status.Code != 7 {
					t.Errorf("the new program exits with %d", stop.Status.Code)
				}
				p.wantPrinted("new 9 counter 6\n")
			})
		}
	}
}

// If a file is at the same place in the new program, an address in it is the same code; in
// another file's code it might lie in the middle of an instruction.
func TestBreakpointOnAnAddressComesBackWithItsFile(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "become.c", Shape: tabletest.NoPIE}, "self")
	p.runTo("work")
	a := p.address("only_old")
	b := p.add(stepper.BreakpointSpec{Location: "*" + a.String(), Addrs: []table.Addr{a}})
	w := p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "counter", Watch: p.address("counter"), WatchLength: 4})
	for n, want := range []stepper.Reason{stepper.StopBreakpoint, stepper.StopWatchpoint, stepper.StopWatchpoint} {
		if stop := p.cont(); stop.Reason != want {
			t.Fatalf("stop %d: %s", n, p.describe(stop))
		}
	}
	for n, want := range []stepper.Reason{stepper.StopBreakpoint, stepper.StopWatchpoint, stepper.StopWatchpoint} {
		if stop := p.cont(); stop.Reason != want {
			t.Fatalf("executed again, stop %d: %s", n, p.describe(stop))
		}
	}
	if b.Hits != 2 || w.Hits != 4 || !b.Carried() {
		t.Errorf("met %d and %d times", b.Hits, w.Hits)
	}
	p.wantExit(5)
	p.wantPrinted("again 2\n")
}

// The breakpoints that a step had inserted vanish with the old program. The Engine must not
// remove them from the new one, where the user's breakpoint is at the same address.
func TestStepOverAnExecTakesNothingOutOfTheNewProgram(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "become.c", Shape: tabletest.NoPIE}, "self")
	p.runTo(lineIn(t, "become.c", "return myself"))
	first, last := p.breakAt(lineIn(t, "become.c", "printf(\"again")), p.breakAt(lineIn(t, "become.c", "}$"))
	stop := p.next()
	p.wantReason(stop, stepper.StopBreakpoint)
	if len(stop.Breakpoints) != 1 || stop.Breakpoints[0] != first.Number {
		t.Fatalf("%s, not the first breakpoint in the new program", p.describe(stop))
	}
	if stop = p.cont(); len(stop.Breakpoints) != 1 || stop.Breakpoints[0] != last.Number {
		t.Fatalf("%s, not the breakpoint at main's end, where the step had a trap too", p.describe(stop))
	}
	p.wantExit(5)
}

// The same for debug registers: the trap behind a signal handler that calls exec.
func TestExecInAHandlerFreesNoDebugRegisterOfTheNewProgram(t *testing.T) {
	p := becomes(t, "handler", tabletest.Static, tabletest.Static)
	p.runTo(lineIn(t, "become.c", "kill(getpid"))
	first := p.add(stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "only_old"})
	second := p.add(stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "work"})
	if err := p.DeleteBreakpoint(first.Number); err != nil {
		t.Fatal(err)
	}
	p.wantReason(p.stepi(100000), stepper.StopExec)
	for n := range 3 {
		if stop := p.cont(); stop.Reason != stepper.StopBreakpoint || stop.Breakpoints[0] != second.Number {
			t.Fatalf("stop %d: %s", n, p.describe(stop))
		}
	}
	p.wantExit(7)
	p.wantPrinted("new 9 counter 6\n")
}

// For a breakpoint inside a section, the Engine itself chose a trap at the arming store: that
// trap vanishes with the program, and is inserted again with it.
func TestBreakpointInsideASectionGoesAndComesWithItsProgram(t *testing.T) {
	for _, how := range []string{"self", "exec"} {
		for _, command := range []string{"continue", "next"} {
			t.Run(how+" "+command, func(t *testing.T) {
				args := []string{how}
				if how == "exec" {
					args = append(args, tabletest.Build(t, tabletest.Fixture{Source: "became.c", Shape: tabletest.Static}))
				}
				p := launch(t, tabletest.Fixture{Source: "become.c", Shape: tabletest.NoPIE}, args...)
				p.runTo("main")
				sections := p.Image().Sections()
				if len(sections) == 0 {
					t.Fatal("the program has no section")
				}
				a := sections[0].Start
				b := p.add(stepper.BreakpointSpec{Location: "*" + a.String(), Addrs: []table.Addr{a}})
				want, status := 1, 7
				if how == "self" {
					want, status = 2, 5
				}
				stop := p.cont()
				for n := 0; stop.Reason != stepper.StopExited && n < 50; n++ {
					if stop.Reason == stepper.StopBreakpoint && (stop.PC != a || b.Places[0].Trap == 0) {
						t.Errorf("%s, place %+v", p.describe(stop), b.Places)
					}
					stop = p.do(command)
				}
				p.wantReason(stop, stepper.StopExited)
				if b.Hits != want || stop.Status.Code != status {
					t.Errorf("met %d times, status %d; want %d and %d", b.Hits, stop.Status.Code, want, status)
				}
			})
		}
	}
}
