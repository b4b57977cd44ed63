package ledger_test

import (
	"errors"
	"syscall"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// Restore makes a registration as it was before, whether or not the kernel knows the flag for
// time slice extensions. It arms a section only if the thread stands in it.
func TestARegistrationComesBackAsItWas(t *testing.T) {
	for _, tc := range []struct {
		name          string
		slice, knows  bool
		pc            table.Addr
		in            *table.Placed
		sliced, armed bool
	}{
		{"plain, outside", false, true, section.End, &section, false, false},
		{"plain, inside", false, true, section.Start, &section, false, true},
		{"inside, never armed", false, true, section.Start, nil, false, false},
		{"with slices", true, true, section.End, nil, true, false},
		{"with slices, older kernel", true, false, section.Start, &section, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.slices = tc.knows
			b := ledger.New(w)
			th, back := w.order[0], 0
			th.regs.SetPC(tc.pc)
			r := ledger.Registration{Config: config(first), Slice: tc.slice, Back: func() {
				if back++; !th.registered || th.aside {
					t.Error("asked too early or too late")
				}
			}}
			if err := b.Lift(first, r, own); err != nil || th.registered || !b.Lifted(first) {
				t.Fatalf("%v, registered: %v", err, th.registered)
			}
			if err := b.Restore(first, tc.in); err != nil {
				t.Fatal(err)
			}
			if back != 1 || th.slice != tc.sliced || th.cs != 0 != tc.armed {
				t.Errorf("asked %d times, slices %v, rseq_cs %#x", back, th.slice, th.cs)
			}
			wantSettled(t, tc.name, w, b)
		})
	}
}

// GiveBack does not undo the changes that a quiet phase needs: its registration is lifted on
// purpose.
func TestAQuietThreadIsLeftQuiet(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	if err := errors.Join(b.Pin(first), b.BlockSignals(first, heldBack), b.Lift(first, ledger.Registration{Config: config(first)}, own),
		b.BlockSignals(second, heldBack)); err != nil {
		t.Fatal(err)
	}
	if err := b.GiveBack(); err != nil {
		t.Error(err)
	}
	if w.order[0].registered || w.order[0].mask == ownMask || w.pinned != first {
		t.Errorf("pinned %d, %+v", w.pinned, *w.order[0])
	}
	if w.order[1].mask != ownMask || b.Outstanding() || b.Harm() != nil {
		t.Errorf("%+v; %v", *w.order[1], b.Harm())
	}
}

// A thread whose registration cannot be restored keeps its signals blocked and stays pinned,
// because it may stand in a section.
func TestAThreadWithoutItsRegistrationStaysAsItIs(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	if err := errors.Join(b.Pin(first), b.BlockSignals(first, heldBack), b.Lift(first, ledger.Registration{Config: config(first)}, own)); err != nil {
		t.Fatal(err)
	}
	w.fail = func(_ int, op string) error {
		if op == "rseq " {
			return syscall.EIO
		}
		return nil
	}
	for range 2 {
		if err := errors.Join(b.Restore(first, nil), b.GiveBack()); !errors.Is(err, syscall.EIO) {
			t.Errorf("the error is %v", err)
		}
		if w.order[0].mask == ownMask || w.pinned != first || b.Harm() == nil {
			t.Errorf("pinned %d, %+v; %v", w.pinned, *w.order[0], b.Harm())
		}
	}
	w.fail = nil
	if err := b.GiveBack(); err != nil {
		t.Error(err)
	}
	wantSettled(t, "restored", w, b)
}

// BlockSignals does not change a thread that already blocks all of the signals.
func TestAThreadThatBlocksSignalsItselfIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	if err := b.BlockSignals(first, ownMask); err != nil || w.calls > 0 || b.Blocked(first) || w.dies {
		t.Errorf("%v, %q", err, w.log)
	}
}
