package ledger_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// A breakpoint stays inserted while it has an owner, in whatever order, and however often, owners
// are added and removed.
func TestABreakpointIsThereForEachOfItsOwners(t *testing.T) {
	user, inside := ledger.Owner{Why: ledger.Asked, Of: 1}, ledger.Owner{Why: ledger.Inside, Of: 1}
	for _, tc := range []struct {
		name string
		does string // +u: insert the user's, -w: remove the command's, …
		left bool
	}{
		{"one", "+u -u", false},
		{"two, first out", "+u +w -u", true},
		{"two, both out", "+u +w -u -w", false},
		{"twice by one is once", "+u +u -u", false},
		{"given back twice", "+u +w -w -w", true},
		{"given back by a stranger", "+u -w", true},
		{"two roles of one breakpoint", "+u +i -i", true},
		{"never there", "-u", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			b := ledger.New(w)
			who := map[byte]ledger.Owner{'u': user, 'i': inside, 'w': b.Fresh(ledger.Way)}
			for i := 0; i < len(tc.does); i += 3 {
				do := b.Unplant
				if tc.does[i] == '+' {
					do = b.Plant
				}
				if err := do(here, who[tc.does[i+1]]); err != nil {
					t.Fatal(err)
				}
			}
			if w.planted[here] != tc.left || b.TrapAt(here) != tc.left || w.dies != tc.left {
				t.Errorf("planted %v, in the book %v, dies with the debugger %v", w.planted[here], b.TrapAt(here), w.dies)
			}
		})
	}
}

// The Book answers who owns the breakpoint that a thread stands at.
func TestABreakpointKnowsWhoNeedsIt(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	user, way := ledger.Owner{Why: ledger.Asked, Of: 1}, b.Fresh(ledger.Way)
	want := func(asked, way, any bool) {
		t.Helper()
		if b.OwnedFor(here, ledger.Asked) != asked || b.OwnedFor(here, ledger.Way, ledger.Returned) != way || b.OwnedFor(here) != any {
			t.Errorf("asked %v, way %v, any %v", b.OwnedFor(here, ledger.Asked), b.OwnedFor(here, ledger.Way, ledger.Returned), b.OwnedFor(here))
		}
	}
	want(false, false, false)
	_ = b.Plant(here, user)
	want(true, false, true)
	_ = b.Plant(here, way)
	want(true, true, true)
	_ = b.Unplant(here, user)
	want(false, true, true)
	// A breakpoint whose removal failed is inserted, without an owner.
	w.fail = func(int, string) error { return syscall.EIO }
	if err := b.Unplant(here, way); !errors.Is(err, syscall.EIO) {
		t.Errorf("the error is %v", err)
	}
	want(false, false, false)
	if !b.TrapAt(here) {
		t.Error("a breakpoint in the program is not known any more")
	}
	// Inserted again, it no longer counts as a failed removal.
	w.fail = nil
	_ = b.Plant(here, user)
	if err := b.GiveBack(); err != nil || !w.planted[here] {
		t.Errorf("%v; planted: %v", err, w.planted)
	}
}

// PutBack inserts a breakpoint again that TakeOut removed, if it still has an owner.
func TestABreakpointThatIsOutIsPutBack(t *testing.T) {
	user, way := ledger.Owner{Why: ledger.Asked, Of: 1}, ledger.Owner{Why: ledger.Way, Of: 1}
	for _, tc := range []struct {
		name  string
		while func(*ledger.Book) error // runs while the breakpoint is removed from memory
		back  func(*ledger.Book) error
		want  bool
	}{
		{"put back", func(*ledger.Book) error { return nil }, func(b *ledger.Book) error { return b.PutBack(here) }, true},
		{"forgotten", func(*ledger.Book) error { return nil }, func(b *ledger.Book) error { return b.GiveBack() }, true},
		{"no longer needed", func(b *ledger.Book) error { return b.Unplant(here, user) }, func(b *ledger.Book) error { return b.PutBack(here) }, false},
		{"needed by another", func(b *ledger.Book) error { return errors.Join(b.Plant(here, way), b.Unplant(here, user)) }, func(b *ledger.Book) error { return b.PutBack(here) }, true},
		{"the program replaced", func(b *ledger.Book) error { b.Executed(first, first); return nil }, func(b *ledger.Book) error { return b.PutBack(here) }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			b := ledger.New(w)
			if err := errors.Join(b.Plant(here, user), b.TakeOut(here)); err != nil || w.planted[here] {
				t.Fatalf("%v; planted: %v", err, w.planted)
			}
			if !b.TrapAt(here) {
				t.Error("a breakpoint that is out is not known")
			}
			if err := errors.Join(tc.while(b), tc.back(b)); err != nil {
				t.Error(err)
			}
			if w.planted[here] != tc.want {
				t.Errorf("planted: %v", w.planted)
			}
		})
	}
}

// A program that the kernel has replaced has no changes to undo, and a late Unplant for it
// removes nothing from the new program.
func TestAReplacedProgramIsOwedNothing(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	old, way := b.Fresh(ledger.Way), b.Fresh(ledger.Way)
	for _, err := range []error{b.Pin(first), b.Plant(here, old), b.SetDebugIn(first, 0, old, here), b.BlockSignals(first, heldBack),
		b.Lift(first, ledger.Registration{Config: config(first)}, own), b.SetDebug(old, tracee.DebugWrite, there, 8)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	asked := w.calls
	b.Executed(first, second)
	if w.calls != asked || b.Outstanding() || b.Hardware() || b.TrapAt(here) || b.Lifted(first) || b.Blocked(first) {
		t.Errorf("requests %q, outstanding %v", w.log[asked:], b.Outstanding())
	}
	if b.Pinned() != second || !w.dies {
		t.Errorf("thread %d is pinned, dies with the debugger: %v: execve(2) keeps affinities", b.Pinned(), w.dies)
	}
	w.planted, w.every = map[table.Addr]bool{}, [4]table.Addr{} // as the kernel does
	if err := errors.Join(b.Plant(here, way), b.SetDebugIn(first, 0, way, here)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Unplant(here, old), b.FreeDebugIn(first, 0, old), b.Restore(first, nil), b.UnblockSignals(first), b.FreeDebug(old)); err != nil {
		t.Error(err)
	}
	if !w.planted[here] || w.order[0].debug[0] != here {
		t.Error("what the new program's owner needs is gone")
	}
}

// In a child process, the copy of the parent's thread keeps the changes that it has inherited.
func TestAFollowedChildKeepsWhatItInherits(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	way := b.Fresh(ledger.Way)
	if err := errors.Join(b.Plant(here, way), b.SetDebugIn(first, 0, way, here), b.BlockSignals(first, heldBack), b.BlockSignals(second, heldBack)); err != nil {
		t.Fatal(err)
	}
	child := *w.order[0]
	child.tid, child.debug = 3, [4]table.Addr{}
	w.order = []*worker{&child}
	b.Followed(first, child.tid)
	if !b.TrapAt(here) || !b.Blocked(child.tid) || b.Blocked(first) || b.Blocked(second) {
		t.Error("the book is still the parent's")
	}
	if err := errors.Join(b.FreeDebugIn(first, 0, way), b.UnblockSignals(child.tid), b.Unplant(here, way)); err != nil {
		t.Error(err)
	}
	wantSettled(t, "followed", w, b)
}

// Two commands of one thread use different debug registers, and neither frees those of the other.
func TestDebugRegistersAreSharedOut(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	user, outer, inner := ledger.Owner{Why: ledger.Asked, Of: 1}, b.Fresh(ledger.Way), b.Fresh(ledger.Way)
	if err := b.SetDebug(user, tracee.DebugWrite, there, 8); err != nil {
		t.Fatal(err)
	}
	if b.DebugOwner(0) != user || b.Free(0) || !b.Free(1) || !b.Hardware() || b.DebugOwner(4) != (ledger.Owner{}) {
		t.Errorf("register 0 has %v", b.DebugOwner(0))
	}
	if err := b.SetDebugIn(first, 1, outer, here); err != nil {
		t.Fatal(err)
	}
	if got := b.FreeIn(first, inner); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("free for the inner way: %v", got)
	}
	if got := b.FreeIn(first, outer); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("free for the outer way: %v", got)
	}
	if err := b.FreeDebugIn(first, 1, inner); err != nil || w.order[0].debug[1] != here {
		t.Error("the inner way frees the outer one's")
	}
	for range 3 {
		if err := b.SetDebug(user, tracee.DebugWrite, there, 8); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.SetDebug(user, tracee.DebugWrite, there, 8); !errors.Is(err, ledger.ErrNoSlot) {
		t.Errorf("a fifth register: %v", err)
	}
	if err := errors.Join(b.FreeDebug(user), b.FreeDebugIn(first, 1, outer)); err != nil {
		t.Error(err)
	}
	wantSettled(t, "all free", w, b)
}

// After any sequence of new and removed owners, threads passing breakpoints, and failing
// requests, a breakpoint is in memory exactly where it has an owner, once nothing fails any more.
func TestOwnersComeAndGoInAnyOrder(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t)
		b := ledger.New(w)
		w.fail = func(int, string) error {
			if random.IntN(4) == 0 {
				return syscall.EIO
			}
			return nil
		}
		places := []table.Addr{here, there}
		needs := map[table.Addr]map[ledger.Owner]bool{here: {}, there: {}}
		var did []string
		for range 40 {
			a, o := places[random.IntN(2)], ledger.Owner{Why: ledger.Way, Of: random.IntN(3)}
			op := random.IntN(7)
			var err error
			switch op {
			case 0, 1:
				if err = b.Plant(a, o); err == nil {
					needs[a][o] = true
				}
			case 2, 3:
				err = b.Unplant(a, o)
				delete(needs[a], o)
			case 4:
				err = b.TakeOut(a)
			case 5:
				err = b.PutBack(a)
			case 6:
				err = b.Withdraw(a)
				clear(needs[a])
			}
			did = append(did, fmt.Sprint(op, a, o.Of, err != nil))
			if w.planted[a] && (!b.TrapAt(a) || !w.dies) {
				t.Fatalf("seed %d, %q: there is a breakpoint that is not in the book", seed, did)
			}
		}
		w.fail = nil
		if err := b.GiveBack(); err != nil {
			t.Fatalf("seed %d, %q: %v", seed, did, err)
		}
		for a, owners := range needs {
			if w.planted[a] != (len(owners) > 0) {
				t.Fatalf("seed %d, %q: at %v planted %v, needed by %v", seed, did, a, w.planted[a], owners)
			}
		}
		if w.dies != (len(w.planted) > 0) || b.Outstanding() {
			t.Fatalf("seed %d, %q: dies %v, outstanding %v", seed, did, w.dies, b.Outstanding())
		}
	}
}

// Each command asks whether something is left to undo. Breakpoints that are in place cost nothing then
// but their order.
func TestBreakpointsInPlaceCostTheQuestionNothing(t *testing.T) {
	allocations := func(breakpoints int) float64 {
		b := ledger.New(newWorld(t))
		for n := range breakpoints {
			if err := b.Plant(here+table.Addr(n), ledger.Owner{Why: ledger.Asked, Of: n + 1}); err != nil {
				t.Fatal(err)
			}
		}
		return testing.AllocsPerRun(100, func() {
			if b.Outstanding() {
				t.Error("something is left to undo")
			}
		})
	}
	if few, many := allocations(8), allocations(64); many > few+8 {
		t.Errorf("%v allocations for 8 breakpoints, %v for 64", few, many)
	}
}
