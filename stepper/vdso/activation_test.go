package vdso

import (
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// frameAt is a frame of the function at start that returns to back.
func frameAt(start, back, cfa table.Addr) *machine.VDSOFrame {
	f := &machine.VDSOFrame{Function: machine.VDSOFunction{Short: "clock_gettime", Start: start}, Caller: amd64.Regs(machine.Words{})}
	f.Caller.SetPC(back)
	f.Caller.SetSP(cfa)
	return f
}

// at is a thread's registers at pc.
func at(pc table.Addr) *machine.Regs {
	r := amd64.Regs(machine.Words{})
	r.EnterFunction(pc, 0x6000, []uint64{1, 2, 3, 4, 5, 6}, 0)
	return &r
}

func TestArgumentsAreKnownFromTheFirstInstruction(t *testing.T) {
	f := frameAt(0x1000, 0x400000, 0x7000)
	if a := newActivation(f, at(0x1000), 1); !a.seen || a.args != [6]uint64{1, 2, 3, 4, 5, 6} || !a.begins(at(0x1000)) {
		t.Errorf("at the first instruction: %+v", a)
	}
	if a := newActivation(f, at(0x1004), 1); a.seen || a.args != [6]uint64{} || a.begins(at(0x1000)) {
		t.Errorf("in the middle: %+v", a)
	}
	a := newActivation(f, at(0x1000), 1)
	later := at(0x1000)
	later.EnterFunction(0x1000, 0x6000, []uint64{7}, 0)
	if a.begins(later) {
		t.Error("a call with other arguments is the same one")
	}
}

func TestActivationsAreToldApart(t *testing.T) {
	const runs = 5
	f := frameAt(0x1000, 0x400000, 0x7000)
	list := activations(nil).with(newActivation(f, at(0x1000), runs), runs)
	for name, c := range map[string]struct {
		f     *machine.VDSOFrame
		runs  int
		found bool
	}{
		"the same":                     {frameAt(0x1000, 0x400000, 0x7000), runs, true},
		"another function":             {frameAt(0x2000, 0x400000, 0x7000), runs, false},
		"called from elsewhere":        {frameAt(0x1000, 0x400010, 0x7000), runs, false},
		"another frame":                {frameAt(0x1000, 0x400000, 0x6f00), runs, false},
		"the thread has run meanwhile": {frameAt(0x1000, 0x400000, 0x7000), runs + 1, false},
	} {
		if found := list.of(c.f, c.runs) != nil; found != c.found {
			t.Errorf("%s: found: %v", name, found)
		}
	}
}

// A handler that interrupts a function of the vDSO may call one itself.
func TestActivationsAreKeptBesideTheInterruptedOnes(t *testing.T) {
	interrupted, handlers := frameAt(0x1000, 0x400000, 0x7000), frameAt(0x1000, 0x500000, 0x5000)
	a, b := newActivation(interrupted, at(0x1010), 1), newActivation(handlers, at(0x1000), 1)
	list := activations(nil).with(a, 1).with(b, 1)
	if list.of(interrupted, 1) != a || list.of(handlers, 1) != b {
		t.Fatalf("kept: %v", list)
	}
	next := newActivation(frameAt(0x2000, 0x400000, 0x7000), at(0x2000), 1) // in the frame of the first
	if got := list.with(next, 1); !slices.Equal(got, activations{b, next}) {
		t.Errorf("replaced: %v", got)
	}
	if got := list.with(next, 2); !slices.Equal(got, activations{next}) {
		t.Errorf("after a native run: %v", got)
	}
	list.resumed(1, 4) // a handler has run and returned
	if list.of(interrupted, 4) != a || list.of(interrupted, 1) != nil {
		t.Error("an activation is lost when a handler has run to its end")
	}
	list.resumed(1, 6)
	if list.of(interrupted, 6) != nil {
		t.Error("an activation of an earlier run is the present one")
	}
	if got := list.without(b); !slices.Equal(got, activations{a}) {
		t.Errorf("without the handler's: %v", got)
	}
}
