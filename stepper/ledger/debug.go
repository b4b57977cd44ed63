package ledger

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Slots is the number of address debug registers of a thread.
const Slots = 4

// everyThread stands for all threads, including future ones; see tracee.Changes.SetDebug.
const everyThread = 0

// ErrNoSlot says that all debug registers are in use.
var ErrNoSlot = errors.New("all four hardware debug registers are in use")

// slot is a debug register of one thread.
type slot struct{ tid, n int }

// register is a debug register in use.
type register struct {
	owner  Owner // zero: an earlier attempt to free it has failed
	set    bool
	kind   tracee.DebugKind
	at     table.Addr
	length int // bytes
}

// covers reports whether it is a watchpoint on some of the bytes of r.
func (g register) covers(r machine.Range) bool {
	return g.kind > tracee.DebugExecute && g.at < r.High && r.Low < g.at+table.Addr(g.length)
}

// SetDebug sets a free debug register of every thread for an owner. length is in bytes. Error:
// ErrNoSlot, or that of the process.
func (b *Book) SetDebug(o Owner, kind tracee.DebugKind, a table.Addr, length int) error {
	for n := range b.every {
		if !b.Free(n) || b.observes(n) {
			continue
		}
		b.begin()
		if err := b.p.SetDebug(everyThread, n, kind, a, length); err != nil {
			b.end()
			return fmt.Errorf("cannot set debug register %d to %v: %w", n, a, err)
		}
		b.every[n] = register{owner: o, set: true, kind: kind, at: a, length: length}
		return nil
	}
	return ErrNoSlot
}

// observes reports whether debug register n of some thread is an observer's. It stays set between
// commands, unlike those of moves, and a register of every thread would replace it.
func (b *Book) observes(n int) bool {
	for at, r := range b.own {
		if at.n == n && r.owner.Why == Observed {
			return true
		}
	}
	return false
}

// FreeDebug frees an owner's debug registers of every thread.
func (b *Book) FreeDebug(o Owner) (err error) {
	for n := range b.every {
		if b.every[n].owner == o && o != (Owner{}) {
			b.every[n].owner = Owner{}
			err = errors.Join(err, b.freeEvery(n))
		}
	}
	return err
}

func (b *Book) freeEvery(n int) error {
	if b.p.Alive() {
		if err := b.p.SetDebug(everyThread, n, tracee.DebugOff, 0, 0); err != nil {
			return err
		}
	}
	b.every[n] = register{}
	b.forgetHidden(func(at slot) bool { return at.n == n })
	b.end()
	return nil
}

// Free reports whether debug register n of every thread has no owner.
func (b *Book) Free(n int) bool { return b.every[n].owner == Owner{} }

// DebugOwner returns the owner of debug register n of every thread.
func (b *Book) DebugOwner(n int) Owner {
	if n < 0 || n >= Slots {
		return Owner{}
	}
	return b.every[n].owner
}

// Hardware reports whether a debug register of every thread has an owner.
func (b *Book) Hardware() bool {
	for n := range b.every {
		if !b.Free(n) {
			return true
		}
	}
	return false
}

// HardwareAt reports whether a debug register of every thread stops before the instruction at a.
func (b *Book) HardwareAt(a table.Addr) bool {
	return b.SlotsAt(a) != 0
}

// FreeIn lists the debug registers of a thread that are free or belong to o.
func (b *Book) FreeIn(tid int, o Owner) (free []int) {
	for n := range b.every {
		if have := b.own[slot{tid, n}].owner; b.Free(n) && (have == Owner{} || have == o) {
			free = append(free, n)
		}
	}
	return free
}

// SetDebugIn sets debug register n of one held thread for an owner: a breakpoint.
func (b *Book) SetDebugIn(tid, n int, o Owner, a table.Addr) error {
	return b.setIn(tid, n, register{owner: o, set: true, kind: tracee.DebugExecute, at: a, length: 1})
}

// WatchIn sets debug register n of one held thread for an owner: a watchpoint on what the thread
// writes. length is in bytes: 1, 2, 4 or 8; a is a multiple of it.
func (b *Book) WatchIn(tid, n int, o Owner, a table.Addr, length int) error {
	return b.setIn(tid, n, register{owner: o, set: true, kind: tracee.DebugWrite, at: a, length: length})
}

func (b *Book) setIn(tid, n int, r register) error {
	b.begin()
	if err := b.p.SetDebug(tid, n, r.kind, r.at, r.length); err != nil {
		b.end()
		return err
	}
	b.own[slot{tid, n}] = r
	return nil
}

// OwnerIn returns the owner of debug register n of one thread; zero if it is none of its own.
func (b *Book) OwnerIn(tid, n int) Owner { return b.own[slot{tid, n}].owner }

// FreeDebugIn frees debug register n of one thread if it belongs to o. If the thread runs,
// GiveBack frees it later.
func (b *Book) FreeDebugIn(tid, n int, o Owner) error {
	at := slot{tid, n}
	if r, ok := b.own[at]; !ok || r.owner != o {
		return nil
	}
	b.own[at] = register{set: true}
	return b.freeOwn(at)
}

func (b *Book) freeOwn(at slot) error {
	if b.runs(at.tid) {
		return nil
	}
	if b.p.Alive() {
		if err := b.p.SetDebug(at.tid, at.n, tracee.DebugOff, 0, 0); err != nil { // do not ignore ESRCH: a thread may only seem to be gone
			return err
		}
	}
	delete(b.own, at)
	b.end()
	return nil
}
