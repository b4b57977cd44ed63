package stepper_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// aborting is an Aborter whose answers are given.
type aborting struct {
	noting
	armed  []table.Addr
	waits  bool // answer only when every thread is held
	held   []bool
	answer func() // called when it aborts with every thread held
}

func (a *aborting) Aborts(_ int, _, armed table.Addr, held bool) (bool, error) {
	a.armed, a.held = append(a.armed, armed), append(a.held, held)
	if armed != cs || a.waits && !held {
		return false, nil
	}
	if a.answer != nil && held {
		a.answer()
	}
	return true, nil
}

// trapInside begins a script with a trap of an Aborter's inside the section.
func trapInside(t *testing.T, a *aborting, rseqCS ...byte) (*stepper.Engine, *steptest.Target, stepper.Observation) {
	t.Helper()
	e, target := scripted(t, lea)
	target.Forbidden = nil
	target.Code(area+8, rseqCS...)
	o := stepper.Observe(e, a)
	if err := o.PlantInside(begin); err != nil {
		t.Fatal(err)
	}
	return e, target, o
}

var csBytes = []byte{0x00, 0x20, 0x40} // rseq_cs: the descriptor's address

// A thread at a trap inside a section that it has armed is resumed as it stands: the kernel moves
// it. It is not stepped, and no other thread is held for it.
func TestAThreadThatIsAbortedIsNotStepped(t *testing.T) {
	a := &aborting{}
	e, target, o := trapInside(t, a, csBytes...)
	hit := steptest.Call{Name: "wait", Do: steptest.Reach(1, begin)}
	target.Expect(hit, hit, hit, steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
		if err := o.UnplantInside(begin); err != nil {
			t.Error(err)
		}
		return steptest.Answer(ends)(s)
	}})
	stop, err := e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopExited || !slices.Equal(a.held, []bool{false, false, false}) {
		t.Errorf("%+v, %v, %v", stop, err, a.held)
	}
	if n := target.Logged("hold"); n > 1 { // at the end
		t.Errorf("held %d times: %q", n, target.Log)
	}
}

// An Aborter that has to change traps is asked again with every thread held, once; the thread is
// not stepped then, either, nor asked about again before it has run.
func TestAnAbortIsDecidedOnceWithEveryThreadHeld(t *testing.T) {
	a := &aborting{waits: true}
	e, target, o := trapInside(t, a, csBytes...)
	a.answer = func() {
		if err := o.UnplantInside(begin); err != nil {
			t.Error(err)
		}
	}
	target.Expect(steptest.Call{Name: "wait", Do: steptest.Reach(1, begin)}, steptest.Call{Name: "wait", Do: steptest.Answer(ends)})
	stop, err := e.Continue(t.Context())
	if err != nil || stop.Reason != stepper.StopExited || !slices.Equal(a.held, []bool{false, true}) {
		t.Errorf("%+v, %v, %v", stop, err, a.held)
	}
	if strings.Contains(strings.Join(target.Log, "\n"), "step") {
		t.Errorf("%q", target.Log)
	}
}

// A thread that has not armed the section executes the instruction at the trap, alone.
func TestAnUnarmedThreadPassesTheTrap(t *testing.T) {
	for name, c := range map[string]struct {
		cs    []byte
		armed table.Addr
	}{
		"nothing":         {make([]byte, 8), 0},
		"another section": {[]byte{0x00, 0x21, 0x40}, 0x402100},
	} {
		a := &aborting{}
		e, target, o := trapInside(t, a, c.cs...)
		target.Expect(
			steptest.Call{Name: "wait", Do: steptest.Reach(1, begin)},
			steptest.Call{Name: "step 1", Do: func(s *steptest.Target) (tracee.Event, error) {
				if len(s.Planted()) != 0 {
					t.Errorf("%s: stepped with %v inserted", name, s.Planted())
				}
				return steptest.Stepped(1, begin+4)(s)
			}},
			steptest.Call{Name: "wait", Do: func(s *steptest.Target) (tracee.Event, error) {
				if !slices.Contains(s.Planted(), begin) {
					t.Errorf("%s: the trap has not been inserted again: %v", name, s.Planted())
				}
				if err := o.UnplantInside(begin); err != nil {
					t.Error(err)
				}
				return steptest.Answer(ends)(s)
			}},
		)
		stop, err := e.Continue(t.Context())
		if err != nil || stop.Reason != stepper.StopExited || !slices.Equal(a.held, []bool{false, true}) || a.armed[0] != c.armed {
			t.Errorf("%s: %+v, %v, %v, %v", name, stop, err, a.held, a.armed)
		}
	}
}

// A trap that is to abort stands only inside a section, at an instruction.
func TestWhereAnAbortingTrapIsRefused(t *testing.T) {
	a := &aborting{}
	_, target, o := trapInside(t, a, csBytes...)
	for _, at := range []table.Addr{lea, arm, begin + 1, commit, abort - 4, abort} {
		if refused := (*ledger.RefusedError)(nil); !errors.As(o.PlantInside(at), &refused) {
			t.Errorf("%v is not refused", at)
		}
	}
	if err := o.PlantInside(begin + 4); err != nil {
		t.Error(err)
	}
	if err := o.Clear(); err != nil {
		t.Error(err)
	}
	clean(t, target, 0)
}
