package stepper_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// atomics is a program with atomic operations: exclusive sequences, if the processor is an arm64 without LSE.
func atomics() tabletest.Fixture { return tabletest.Fixture{Source: "atomics.c", Opt: "-O2"} }

// atomicsPrints is what it prints.
const atomicsPrints = "word 101 swapped 1 0\n"

func TestStepiThroughAtomicOperationsEnds(t *testing.T) {
	for _, name := range []string{"inlined", "add", "swap"} {
		p := launch(t, atomics())
		p.runTo(name)
		low := p.address(name)
		for n := 0; ; n++ {
			stop := p.do("stepi")
			if p.wantReason(stop, stepper.StopStep); p.where(stop)[:4] == "main" && stop.PC-low > 64 {
				break
			}
			if n > 100 {
				t.Fatalf("%s: %d instructions, and it has not returned: %s", name, n, p.describe(stop))
			}
		}
		p.wantExit(0)
		p.wantPrinted(atomicsPrints)
	}
}

func TestLineStepsThroughAtomicOperationsEnd(t *testing.T) {
	for _, command := range []string{"next", "step"} {
		p := start(t, atomics())
		if code, _ := p.toEnd(command, 100); code != 0 {
			t.Errorf("%s: it exits with %d", command, code)
		}
		p.wantPrinted(atomicsPrints)
	}
}

// A watchpoint on the word shows every change, and lets the stores succeed.
func TestAWatchpointShowsAtomicChanges(t *testing.T) {
	for _, command := range []string{"continue", "next"} {
		p := launch(t, atomics())
		p.runTo("inlined")
		w := p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "word", Watch: p.address("word"), WatchLength: 8})
		var values []string
		for stop := p.do(command); stop.Reason != stepper.StopExited; stop = p.do(command) {
			for _, c := range stop.Watch {
				values = append(values, fmt.Sprintf("%d-%d", c.Old[0], c.New[0]))
			}
			if len(values) > 10 || command == "continue" && stop.Reason != stepper.StopWatchpoint {
				t.Fatalf("%s: %s, values %q", command, p.describe(stop), values)
			}
		}
		if got := strings.Join(values, " "); got != "0-1 1-11 11-100 100-101" || w.Hits != 4 {
			t.Errorf("%s: the values are %s, with %d hits", command, got, w.Hits)
		}
		p.wantPrinted(atomicsPrints)
	}
}

// A breakpoint between the load and the store stops the thread before the load each time, and the operation
// succeeds. The note says why it stops there.
func TestABreakpointInsideAnAtomicOperation(t *testing.T) {
	for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
		p := launch(t, atomics())
		q := sequenceOf(p, "inlined")
		b := p.add(stepper.BreakpointSpec{Kind: kind, Location: "store", Addrs: []table.Addr{q.Inside[1]}})
		for range 2 {
			stop := p.cont()
			if stop.Reason != stepper.StopBreakpoint || stop.PC != q.Load || !slices.Equal(stop.Breakpoints, []int{b.Number}) || !strings.Contains(fmt.Sprint(stop.Notes), "inside an exclusive sequence") {
				t.Fatalf("kind %v: %s", kind, p.describe(stop))
			}
			if stop := p.do("stepi"); stop.Reason != stepper.StopStep || !slices.Contains(q.Ways, stop.PC) {
				t.Fatalf("kind %v: %s", kind, p.describe(stop))
			}
		}
		p.wantExit(0)
		if p.wantPrinted(atomicsPrints); b.Hits != 2 {
			t.Errorf("kind %v: %d hits", kind, b.Hits)
		}
	}
}

// Both kinds of breakpoints at the load let the thread on, whatever their condition.
func TestBreakpointsAtALoadExclusive(t *testing.T) {
	for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
		for _, met := range []bool{true, false} {
			p := launch(t, atomics())
			b := p.add(stepper.BreakpointSpec{Kind: kind, Location: "load", Addrs: []table.Addr{sequenceOf(p, "inlined").Load}, When: func(int) (bool, error) { return met, nil }})
			for n := 0; met && n < 2; n++ {
				p.wantReason(p.cont(), stepper.StopBreakpoint)
			}
			p.wantExit(0)
			if p.wantPrinted(atomicsPrints); b.Hits > 2 {
				t.Errorf("kind %v: %d hits", kind, b.Hits)
			}
		}
	}
}

// sequenceOf is the exclusive sequence in a function; on an architecture without, the test ends.
func sequenceOf(p *program, function string) machine.Sequence {
	p.t.Helper()
	low := p.address(function)
	for a := low; a < low+64; a += 4 {
		if q, ok := machine.FindSequence(p.process.Arch(), a, p.process.ReadMemory); ok {
			return q
		}
	}
	if p.process.Arch().Exclusives {
		p.t.Fatalf("no exclusive sequence in %s", function)
	}
	tabletest.OnlyOn(p.t, "arm64", "exclusive sequences")
	return machine.Sequence{}
}
