package ledger

import (
	"errors"
	"fmt"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Slots is how many debug registers a thread has for addresses.
const Slots = 4

// everyThread stands for all threads, those to come included; see
// tracee.Changes.SetDebug.
const everyThread = 0

// ErrNoSlot says that all debug registers are taken.
var ErrNoSlot = errors.New("all four hardware debug registers are in use")

// slot is a debug register of one thread.
type slot struct{ tid, n int }

// register is a debug register that is in use.
type register struct {
	owner Owner // nobody: it is to be freed, and that has failed so far
	set   bool
	at    table.Addr // of one that stops before the instruction there; 0 for others
}

// SetDebug gives an owner a free debug register of every thread.
func (b *Book) SetDebug(o Owner, kind tracee.DebugKind, a table.Addr, length int) error {
	for n := range b.every {
		if !b.Free(n) {
			continue
		}
		b.begin()
		if err := b.p.SetDebug(everyThread, n, kind, a, length); err != nil {
			b.end()
			return fmt.Errorf("cannot set debug register %d to %v: %w", n, a, err)
		}
		b.every[n] = register{owner: o, set: true}
		if kind == tracee.DebugExecute {
			b.every[n].at = a
		}
		return nil
	}
	return ErrNoSlot
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
	b.end()
	return nil
}

// Free reports whether nobody has debug register n of every thread.
func (b *Book) Free(n int) bool { return b.every[n].owner == Owner{} }

// DebugOwner is who has debug register n of every thread.
func (b *Book) DebugOwner(n int) Owner {
	if n < 0 || n >= Slots {
		return Owner{}
	}
	return b.every[n].owner
}

// Hardware reports whether somebody has a debug register of every thread.
func (b *Book) Hardware() bool {
	for n := range b.every {
		if !b.Free(n) {
			return true
		}
	}
	return false
}

// HardwareAt reports whether a debug register of every thread stops before the
// instruction at a.
func (b *Book) HardwareAt(a table.Addr) bool {
	for n := range b.every {
		if !b.Free(n) && b.every[n].at == a && a != 0 {
			return true
		}
	}
	return false
}

// FreeIn is the debug registers that nobody but an owner has in a thread.
func (b *Book) FreeIn(tid int, o Owner) (free []int) {
	for n := range b.every {
		if have := b.own[slot{tid, n}].owner; b.Free(n) && (have == Owner{} || have == o) {
			free = append(free, n)
		}
	}
	return free
}

// SetDebugIn gives an owner debug register n of one held thread.
func (b *Book) SetDebugIn(tid, n int, o Owner, a table.Addr) error {
	b.begin()
	if err := b.p.SetDebug(tid, n, tracee.DebugExecute, a, 1); err != nil {
		b.end()
		return err
	}
	b.own[slot{tid, n}] = register{owner: o, set: true, at: a}
	return nil
}

// FreeDebugIn frees debug register n of one thread, if the owner has it. A thread
// that runs keeps it until GiveBack.
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
		if err := b.p.SetDebug(at.tid, at.n, tracee.DebugOff, 0, 0); err != nil { // ESRCH too: a thread may only seem to be gone
			return err
		}
	}
	delete(b.own, at)
	b.end()
	return nil
}
