package points_test

import (
	"errors"
	"slices"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/points"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

func TestABreakpointIsPlantedWhereTheKernelAbortsNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      table.Addr
		planted table.Addr // 0: refused
	}{
		{"outside", after, after},
		{"outside, the middle of an instruction", arm + 1, arm + 1},
		{"the arming store", arm, arm},
		{"the section's first instruction", begin, arm},
		{"inside", store, arm},
		{"inside, the middle of an instruction", store + 1, 0},
		{"post-commit", end, end},
		{"the signature", abort - 4, 0},
		{"the abort handler", abort, abort},
	} {
		w := newWorld(t)
		b, err := w.Add(points.Spec{Addrs: []table.Addr{c.at}})
		if c.planted == 0 {
			if err == nil || len(w.traps) > 0 || len(w.All()) > 0 {
				t.Errorf("%s: %v, planted are %v", c.name, err, w.planted())
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		w.wantPlanted(t, c.name, c.planted)
		if moved := c.planted != c.at; moved != (b.Places[0].Trap == arm) || moved != w.Arming(arm) || moved == w.At(c.at) {
			t.Errorf("%s: the place is %+v", c.name, b.Places[0])
		}
	}
}

func TestWhatFailsToBePlantedLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.refuse[far] = errors.New("refused")
	if _, err := w.Add(points.Spec{Addrs: []table.Addr{store, after, far}}); err == nil {
		t.Error("no error")
	}
	w.wantPlanted(t, "of three places, the last of which is refused")
	b := w.add(t, points.Spec{Addrs: []table.Addr{after, far}, Disabled: true})
	if b.Number != 1 {
		t.Errorf("the first breakpoint has number %d", b.Number)
	}
	if err := w.Enable(1, true); err == nil || b.Enabled {
		t.Errorf("enabled: %v, %v", b.Enabled, err)
	}
	w.wantPlanted(t, "enabled in vain")
	delete(w.refuse, far)
	if err := w.Enable(1, true); err != nil {
		t.Error(err)
	}
	w.wantPlanted(t, "enabled", after, far)
}

// A trap that two breakpoints share stays inserted while one of them needs it.
func TestBreakpointsComeAndGoByThemselves(t *testing.T) {
	w := newWorld(t)
	one := w.add(t, points.Spec{Addrs: []table.Addr{store, after}})
	two := w.add(t, points.Spec{Addrs: []table.Addr{begin, after}})
	w.wantPlanted(t, "both", arm, after)
	if err := w.Enable(two.Number, false); err != nil {
		t.Error(err)
	}
	w.wantPlanted(t, "one", arm, after)
	if err := w.Delete(one.Number); err != nil {
		t.Error(err)
	}
	w.wantPlanted(t, "none")
	if err := w.Enable(two.Number, true); err != nil {
		t.Error(err)
	}
	w.wantPlanted(t, "the other", arm, after)
	if err := w.UprootAll(); err != nil {
		t.Error(err)
	}
	w.wantPlanted(t, "parting")
	if err := w.PlantAll(); err != nil {
		t.Error(err)
	}
	w.wantPlanted(t, "not parted", arm, after)
	if w.Delete(one.Number) == nil || w.Enable(one.Number, true) == nil {
		t.Error("a deleted breakpoint is found")
	}
}

func TestDebugRegistersAreFourInAll(t *testing.T) {
	w := newWorld(t)
	w.add(t, points.Spec{Kind: points.Hardware, Addrs: []table.Addr{after, far}})
	w.add(t, points.Spec{Kind: points.WatchAccess, Watch: data, WatchLength: 8})
	last := w.add(t, points.Spec{Kind: points.WatchWrite, Watch: data + 8, WatchLength: 8})
	if _, err := w.Add(points.Spec{Kind: points.Hardware, Addrs: []table.Addr{end}}); !errors.Is(err, ledger.ErrNoSlot) {
		t.Errorf("the fifth: %v", err)
	}
	slot := slices.Index(w.slots[:], data+8)
	if slot < 0 || w.InSlot(slot) != last || !w.HardwareAt(far) || w.HardwareAt(data) {
		t.Errorf("the registers are %v", w.slots)
	}
	if err := w.Delete(last.Number); err != nil || w.slots[slot] != 0 || w.InSlot(slot) != nil {
		t.Errorf("deleted: %v, the registers are %v", err, w.slots)
	}
	if _, err := w.Add(points.Spec{Kind: points.Hardware, Addrs: []table.Addr{store}}); err != nil {
		t.Error("inside a section none is needed: ", err)
	}
}

func TestAWatchpointTakesOneDebugRegister(t *testing.T) {
	w := newWorld(t)
	w.add(t, points.Spec{Kind: points.WatchWrite, Watch: data, WatchLength: 8})
	w.Reset()
	if err := w.PlantAll(); err != nil || w.slots != [4]table.Addr{data} {
		t.Errorf("the registers are %v, %v", w.slots, err)
	}
}

func TestSystemCallsAreReportedAsLongAsACatchpointIsForThem(t *testing.T) {
	w := newWorld(t)
	one := w.add(t, points.Spec{Kind: points.CatchSyscall})
	two := w.add(t, points.Spec{Kind: points.CatchSyscall, Numbers: []int{1}})
	for i, do := range []func() error{
		func() error { return nil },
		func() error { return w.Delete(one.Number) },
		func() error { return w.Enable(two.Number, false) },
		func() error { return w.Enable(two.Number, true) },
	} {
		if err := do(); err != nil || w.syscalls != (i != 2) {
			t.Errorf("%d: reported %v, %v", i, w.syscalls, err)
		}
	}
}

// If a library is unmapped, the entries of its breakpoints disappear; if it is mapped again, they
// are inserted again.
func TestBreakpointsFollowTheModules(t *testing.T) {
	w := newWorld(t)
	w.add(t, points.Spec{Location: "after"})
	w.add(t, points.Spec{Addrs: []table.Addr{store}})
	w.wantPlanted(t, "loaded", arm, after)
	there := w.InModules()
	w.load(false)
	w.DropUnmapped(there)
	w.wantPlanted(t, "unloaded")
	if w.At(after) || w.Arming(arm) {
		t.Error("a breakpoint is still known to be there")
	}
	w.load(true)
	w.Reset()
	w.wantPlanted(t, "loaded again", arm, after)
	if len(w.notes) > 0 {
		t.Errorf("notes %q", w.notes)
	}
}

// If a breakpoint lies in a newly learnt section, it moves to the arming store.
func TestABreakpointIsMovedOutOfASectionThatIsLearnt(t *testing.T) {
	w := newWorld(t)
	w.load(false)
	b := w.add(t, points.Spec{Addrs: []table.Addr{store}})
	w.wantPlanted(t, "unknown", store)
	if err := w.book.Plant(begin, ledger.Owner{Why: ledger.Way}); err != nil {
		t.Fatal(err)
	}
	w.load(true)
	w.Withdraw()
	w.wantPlanted(t, "known", arm)
	if b.Places[0].Trap != arm || len(w.notes) != 1 {
		t.Errorf("the place is %+v, notes %q", b.Places[0], w.notes)
	}
}

// The user may know more about the code than its control flow shows; the debugger does not.
func TestWhereTheDebuggersOwnBreakpointsAreRefused(t *testing.T) {
	w := newWorld(t)
	own, middle := ledger.Owner{Why: ledger.Way}, (*rseq.MiddleError)(nil)
	if err := w.book.Plant(begin, own); !errors.Is(err, rseq.ErrInside) {
		t.Errorf("inside a section: %v", err)
	}
	if err := w.book.Plant(arm+1, own); !errors.As(err, &middle) {
		t.Errorf("in the middle of an instruction: %v", err)
	}
	w.add(t, points.Spec{Addrs: []table.Addr{arm + 1}})
	if err := w.book.Plant(arm+1, own); err != nil {
		t.Errorf("where one of the user's is: %v", err)
	}
}
