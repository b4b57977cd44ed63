package stepper_test

import (
	"errors"
	"slices"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/steptest"
	"rseqstep/table"
)

// If a way out leads into the middle of an instruction that another way executes as a whole,
// the Engine sets no trap there: it steps the branch.
func TestNoTrapOfOursLiesInAnInstruction(t *testing.T) {
	const at, locked, unlocked, ret = table.Addr(0x401050), table.Addr(0x401052), table.Addr(0x401053), table.Addr(0x401055)
	e, target := scripted(t, at)
	for a := lea; a < call; a++ {
		if n, _ := target.ReadMemory(a, make([]byte, 1)); n == 0 {
			target.Code(a, 0x90)
		}
	}
	target.Code(at, 0x74, 0x01, 0xf0, 0xff, 0x07, 0xc3) // je unlocked; lock incl (%rdi); ret
	target.Forbidden = append(target.Forbidden, stepper.Range{Low: unlocked, High: ret})
	target.Expect(steptest.Call{Name: "step 1", Do: steptest.Stepped(1, unlocked)})
	stop, err := e.StepRange(t.Context(), at, locked)
	if err != nil || stop.Reason != stepper.StopStep || stop.PC != unlocked {
		t.Errorf("%+v, %v", stop, err)
	}
	clean(t, target, 0)
}

// A user's breakpoint may be anywhere except on a signature, and except in the middle of an
// instruction of a section, where no thread would hit it.
func TestWhereABreakpointIsRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      table.Addr
		planted table.Addr // 0: refused
	}{
		{"an instruction", lea, lea},
		{"the middle of one", lea + 1, lea + 1},
		{"an arming store", arm, arm},
		{"inside", begin + 4, arm},
		{"inside, the middle of an instruction", begin + 1, 0},
		{"post-commit", commit, commit},
		{"the signature", abort - 4, 0},
		{"its last byte", abort - 1, 0},
		{"the abort handler", abort, abort},
	} {
		e, target := scripted(t, called)
		b, err := e.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{c.at}})
		if c.planted == 0 {
			if err == nil || errors.Is(err, stepper.ErrInsideSection) {
				t.Errorf("%s: %+v, %v", c.name, b, err)
			}
			clean(t, target, 0)
			continue
		}
		if err != nil || !slices.Equal(target.Planted(), []table.Addr{c.planted}) {
			t.Errorf("%s: planted are %v, %v", c.name, target.Planted(), err)
		}
	}
}
