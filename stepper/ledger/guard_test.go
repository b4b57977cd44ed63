package ledger_test

import (
	"errors"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// If the guard refuses an address, the Book inserts nothing. It does not call the guard for an
// address that already has a breakpoint.
func TestTheGuardIsAskedBeforeABreakpointIsPlanted(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	user, way := ledger.Owner{Why: ledger.Asked, Of: 1}, b.Fresh(ledger.Way)
	wrong := errors.New("a signature is there")
	b.Guard = func(a table.Addr, o ledger.Owner) error {
		if a == here && o == user {
			return nil
		}
		return wrong
	}
	for _, c := range []struct {
		at      table.Addr
		owner   ledger.Owner
		refused bool
	}{
		{here, way, true},
		{here, user, false},
		{here, way, false},
		{here + 1, user, true},
	} {
		err := b.Plant(c.at, c.owner)
		var refused *ledger.RefusedError
		if errors.As(err, &refused) != c.refused || errors.Is(err, wrong) != c.refused || err != nil && !c.refused {
			t.Errorf("%v for %v: %v", c.at, c.owner, err)
		}
		if w.planted[c.at] == c.refused || b.TrapAt(c.at) == c.refused {
			t.Errorf("%v for %v: planted %v, in the book %v", c.at, c.owner, w.planted[c.at], b.TrapAt(c.at))
		}
	}
	if err := errors.Join(b.Unplant(here, way), b.Unplant(here, user)); err != nil {
		t.Error(err)
	}
}

// The guard is called for an address with a breakpoint that aborts, as that stands where others may
// not; and for a breakpoint that is to abort where another one stands.
func TestTheGuardIsAskedBesideABreakpointThatAborts(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	user, aborts := ledger.Owner{Why: ledger.Asked, Of: 1}, ledger.Owner{Why: ledger.Aborting}
	b.Guard = func(a table.Addr, o ledger.Owner) error {
		if (a == here) != (o == aborts) {
			return errors.New("not there")
		}
		return nil
	}
	if err := errors.Join(b.Plant(here, aborts), b.Plant(here, aborts), b.Plant(there, user)); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{b.Plant(here, user), b.Plant(there, aborts)} {
		if refused := (*ledger.RefusedError)(nil); !errors.As(err, &refused) {
			t.Errorf("not refused: %v", err)
		}
	}
	if err := errors.Join(b.Unplant(here, aborts), b.Unplant(there, user)); err != nil {
		t.Error(err)
	}
}

// HardwareAt reports the address of a hardware breakpoint while the breakpoint has an owner; it
// does not report a watchpoint.
func TestTheBookKnowsWhereHardwareBreakpointsAre(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	breakpoint, watchpoint := ledger.Owner{Why: ledger.Asked, Of: 1}, ledger.Owner{Why: ledger.Asked, Of: 2}
	if err := errors.Join(
		b.SetDebug(breakpoint, tracee.DebugExecute, here, 1),
		b.SetDebug(watchpoint, tracee.DebugWrite, here+8, 8),
		b.SetDebugIn(first, 3, b.Fresh(ledger.Way), here+16),
	); err != nil {
		t.Fatal(err)
	}
	for a, want := range map[table.Addr]bool{here: true, here + 8: false, here + 16: false, 0: false} {
		if b.HardwareAt(a) != want {
			t.Errorf("%v: %v", a, !want)
		}
	}
	if err := b.FreeDebug(breakpoint); err != nil || b.HardwareAt(here) {
		t.Errorf("there still, %v", err)
	}
}

// Watchpoints of one thread have an owner each, and DropOwner removes what an owner has: its share of
// a breakpoint, and its debug registers.
func TestAnOwnerGivesBackAllItHas(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	mine, other := ledger.Owner{Why: ledger.Observed}, ledger.Owner{Why: ledger.Asked, Of: 1}
	if err := errors.Join(
		b.Plant(here, mine), b.Plant(here, other), b.Plant(here+8, mine),
		b.WatchIn(first, 0, mine, here+16, 8),
		b.SetDebugIn(first, 1, other, here+24),
		b.SetDebugIn(second, 0, mine, here+24),
	); err != nil {
		t.Fatal(err)
	}
	if got := [3]ledger.Owner{b.OwnerIn(first, 0), b.OwnerIn(first, 1), b.OwnerIn(first, 2)}; got != [3]ledger.Owner{mine, other, {}} {
		t.Errorf("owners %+v", got)
	}
	if err := b.DropOwner(mine); err != nil {
		t.Error(err)
	}
	if !w.planted[here] || w.planted[here+8] || b.OwnerIn(first, 0) != (ledger.Owner{}) || b.OwnerIn(first, 1) != other || b.OwnerIn(second, 0) != (ledger.Owner{}) {
		t.Errorf("planted %v, owners %+v %+v %+v", w.planted, b.OwnerIn(first, 0), b.OwnerIn(first, 1), b.OwnerIn(second, 0))
	}
	if err := errors.Join(b.DropOwner(other), b.GiveBack()); err != nil || len(w.planted) > 0 {
		t.Errorf("%v, planted %v", err, w.planted)
	}
}
