package ledger_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Addresses of breakpoints.
const (
	here  = table.Addr(0x8000)
	there = table.Addr(0x8100)
)

// own is the content of the program's area.
var own = []byte(strings.Repeat("own!", areaSize/4))

// life makes every kind of change that a Book can make to a program, and undoes them. It makes no
// more changes after the first error, but undoes the ones it has made.
func life(b *ledger.Book) error {
	user, way := ledger.Owner{Why: ledger.Asked, Of: 1}, b.Fresh(ledger.Way)
	var err error
	for _, begin := range []func() error{
		func() error { return b.Pin(first) },
		func() error { return b.Plant(here, user) },
		func() error { return b.Plant(here, way) },
		func() error { return b.Plant(there, way) },
		func() error { return b.SetDebug(user, tracee.DebugExecute, here, 1) },
		func() error { return b.SetDebugIn(second, 2, way, there) },
		func() error { return b.BlockSignals(first, heldBack) },
		func() error {
			return b.Lift(first, ledger.Registration{Config: config(first)}, own)
		},
		func() error { return b.TakeOut(here) },
		func() error {
			var x ledger.Exit
			x.Regs.SetPC(section.Start + 8)
			x.Vectors = func(area []byte) error { area[0] = 7; return nil }
			b.OweExit(first, x)
			return b.TakeExit(first)
		},
	} {
		if err = begin(); err != nil {
			break
		}
	}
	return errors.Join(err, b.PutBack(here), b.Restore(first, &section), b.UnblockSignals(first), b.Unpin(),
		b.FreeDebugIn(second, 2, way), b.Unplant(there, way), b.Unplant(here, way), b.Unplant(here, user), b.FreeDebug(user))
}

func wantSettled(t *testing.T, what string, w *world, b *ledger.Book) {
	t.Helper()
	if left := w.left(); left != nil {
		t.Errorf("%s: left: %q\n%q", what, left, w.log)
	}
	if b.Outstanding() || b.Harm() != nil {
		t.Errorf("%s: still to be undone: %v", what, b.Harm())
	}
}

// Without a failure, the program is as before, and it has the vector's registers.
func TestNothingIsLeftOfALife(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	if err := life(b); err != nil {
		t.Fatal(err)
	}
	wantSettled(t, "no failure", w, b)
	th := w.order[0]
	if th.regs.PC() != section.Start+8 || th.vectors != 7 {
		t.Errorf("the exit's registers are not taken: %+v", th)
	}
	if string(th.area[:]) != string(own) {
		t.Errorf("the program finds %q in its area", th.area)
	}
	if th.cs != uint64(section.Descriptor) {
		t.Errorf("rseq_cs is %#x: the section would commit unprotected", th.cs)
	}
}

// undoing lists the requests that undo a change. Such a request may fail although the kernel has
// executed it, for example if the wait after a system call fails.
var undoing = []string{"remove", "rseq", "aside", "set regs", "set xstate", "unpin"}

// failing runs life once for each request that it makes and each way in which the request can
// fail, and then calls check.
func failing(t *testing.T, check func(what, op string, w *world, b *ledger.Book, err error)) {
	t.Helper()
	hits := map[string]int{}
	for call := 0; ; call++ {
		for _, errno := range []syscall.Errno{syscall.EIO, syscall.ESRCH} {
			for _, made := range []bool{false, true} {
				w := newWorld(t)
				b := ledger.New(w)
				failed := ""
				w.fail = func(n int, op string) error {
					if n != call {
						return nil
					}
					failed = strings.TrimSpace(op)
					w.made = made && contains(undoing, failed)
					return errno
				}
				err := life(b)
				if failed == "" {
					t.Logf("%d requests; failed: %v", call, hits)
					return
				}
				hits[failed]++
				check(fmt.Sprintf("request %d, %q: %v", call, w.log[call], errno), failed, w, b, err)
				if t.Failed() {
					return
				}
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// If any request fails once, life reports the error, and the next GiveBack undoes every change.
func TestWhatFailsIsUndoneLater(t *testing.T) {
	failing(t, func(what, _ string, w *world, b *ledger.Book, err error) {
		w.fail, w.made = nil, false
		if err == nil && !strings.Contains(what, "unpin") { // the affinity of a thread that does not exist
			t.Errorf("%s: nothing is reported", what)
		}
		if err := b.GiveBack(); err != nil {
			t.Errorf("%s: not undone: %v", what, err)
		}
		wantSettled(t, what, w, b)
	})
}

// If undoing fails again, the entry remains, GiveBack reports the error again, Harm names it if
// it would kill the program or make it run wrong, and a later GiveBack undoes the change.
func TestWhatFailsAgainIsKept(t *testing.T) {
	harms := map[string]bool{}
	failing(t, func(what, op string, w *world, b *ledger.Book, _ error) {
		w.made = false
		w.fail = func(_ int, now string) error {
			if strings.TrimSpace(now) == op {
				return syscall.EIO
			}
			return nil
		}
		err := b.GiveBack()
		if (err != nil) != (b.Outstanding() || b.Pinned() != 0) {
			t.Errorf("%s: the error is %v, outstanding: %v", what, err, b.Outstanding())
		}
		if harm := b.Harm(); harm != nil {
			harms[op] = true
			if err == nil {
				t.Errorf("%s: it harms the program and is not reported: %v", what, harm)
			}
			if !w.dies {
				t.Errorf("%s: the program would outlive the debugger: %v", what, harm)
			}
		}
		w.fail = nil
		if err := b.GiveBack(); err != nil {
			t.Errorf("%s: not undone: %v", what, err)
		}
		wantSettled(t, what, w, b)
	})
	for _, op := range []string{"remove", "debug", "mask", "rseq", "aside", "set regs", "set xstate", "xstate"} {
		if !harms[op] {
			t.Errorf("%q fails, and the program may be let go", op)
		}
	}
	if harms["unpin"] {
		t.Error("a program is killed for its affinity")
	}
}

// A thread that is gone has no changes to undo, whether its exit was reported or not. GiveBack
// still undoes the changes to the process.
func TestAThreadThatIsGoneIsOwedNothing(t *testing.T) {
	for name, goes := range map[string]func(*world, *worker, *ledger.Book){
		"killed":   func(_ *world, th *worker, _ *ledger.Book) { th.gone = true },
		"leader":   func(_ *world, th *worker, _ *ledger.Book) { th.gone, th.held = true, false },
		"reported": func(_ *world, th *worker, b *ledger.Book) { th.gone = true; b.ThreadGone(th.tid) },
		"removed": func(w *world, th *worker, b *ledger.Book) {
			w.order = w.order[:0]
			if th.tid == first {
				t.Fatal("the wrong thread goes")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			failing(t, func(what, _ string, w *world, b *ledger.Book, _ error) {
				w.fail, w.made = nil, false
				switch name {
				case "removed": // the whole process except its exit
					goes(w, &worker{tid: second}, b)
				default:
					for _, th := range w.order {
						goes(w, th, b)
					}
				}
				if err := b.GiveBack(); err != nil {
					t.Errorf("%s: %v", what, err)
				}
				if b.Outstanding() || b.Harm() != nil {
					t.Errorf("%s: still to be undone: %v", what, b.Harm())
				}
				w.order = nil
				if left := w.left(); left != nil {
					t.Errorf("%s: left: %q", what, left)
				}
			})
		})
	}
}

// A thread that only seems to be gone, twice, keeps its entries.
func TestAThreadThatSeemsToBeGoneIsNotForgotten(t *testing.T) {
	failing(t, func(what, op string, w *world, b *ledger.Book, _ error) {
		w.made = false
		w.fail = func(_ int, now string) error {
			if strings.TrimSpace(now) == op {
				return syscall.ESRCH
			}
			return nil
		}
		_ = b.GiveBack()
		w.fail = nil
		if err := b.GiveBack(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		wantSettled(t, what, w, b)
	})
}

// A Book makes no request to a running thread (a hold has failed). GiveBack undoes the changes
// when the thread is held.
func TestAThreadThatRunsGetsItsOwnLater(t *testing.T) {
	w := newWorld(t)
	b := ledger.New(w)
	way := b.Fresh(ledger.Way)
	if err := errors.Join(b.SetDebugIn(first, 0, way, here), b.BlockSignals(first, heldBack)); err != nil {
		t.Fatal(err)
	}
	w.order[0].held = false
	if err := errors.Join(b.FreeDebugIn(first, 0, way), b.UnblockSignals(first)); err != nil {
		t.Error(err)
	}
	if !b.Outstanding() || !w.dies {
		t.Errorf("outstanding %v, dies with the debugger %v", b.Outstanding(), w.dies)
	}
	w.order[0].held = true
	if err := b.GiveBack(); err != nil {
		t.Error(err)
	}
	wantSettled(t, "held again", w, b)
}

// A Book makes no request to a dead process.
func TestADeadProcessIsAskedForNothing(t *testing.T) {
	failing(t, func(what, _ string, w *world, b *ledger.Book, _ error) {
		w.fail, w.alive = nil, false
		asked := w.calls
		if err := b.GiveBack(); err != nil || w.calls != asked {
			t.Errorf("%s: %v, %q", what, err, w.log[asked:])
		}
		if b.Outstanding() {
			t.Errorf("%s: something is still to be undone", what)
		}
	})
}
