package ledger

import (
	"fmt"
	"maps"
	"slices"

	"rseqstep/table"
)

// trap is a planted software breakpoint.
type trap struct {
	owners []Owner // each once; none: it is to be removed, and that has failed so far
	out    bool    // it is out of the program's memory, for a thread to pass
}

// RefusedError says why no breakpoint may stand at a place.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// Plant plants a software breakpoint for an owner, who may have it already. It is
// planted once, however many owners it has. A *RefusedError says that none may stand
// there (Book.Guard).
func (b *Book) Plant(a table.Addr, o Owner) error {
	if b.Guard != nil && !b.OwnedFor(a) {
		if err := b.Guard(a, o); err != nil {
			return &RefusedError{Err: err}
		}
	}
	if t := b.traps[a]; t != nil {
		if !slices.Contains(t.owners, o) {
			t.owners = append(t.owners, o)
		}
		return nil
	}
	b.begin()
	if err := b.p.Insert(a); err != nil {
		b.end()
		return fmt.Errorf("cannot insert a breakpoint at %v: %w", a, err)
	}
	b.traps[a] = &trap{owners: []Owner{o}}
	return nil
}

// Unplant ends an owner's need of a breakpoint, and removes it with the last one's.
// Where it has none nothing happens. One that cannot be removed counts as planted
// until GiveBack removes it: a thread that meets it is stepped over it.
func (b *Book) Unplant(a table.Addr, o Owner) error {
	t := b.traps[a]
	if t == nil {
		return nil
	}
	n := len(t.owners)
	if t.owners = slices.DeleteFunc(t.owners, func(have Owner) bool { return have == o }); len(t.owners) == n || len(t.owners) > 0 {
		return nil
	}
	return b.removeTrap(a)
}

// Withdraw removes a breakpoint whoever needs it.
func (b *Book) Withdraw(a table.Addr) error {
	t := b.traps[a]
	if t == nil {
		return nil
	}
	t.owners = nil
	return b.removeTrap(a)
}

// removeTrap removes a breakpoint that nobody owns.
func (b *Book) removeTrap(a table.Addr) error {
	if b.p.Alive() && !b.traps[a].out {
		if err := b.p.Remove(a); err != nil {
			return err
		}
	}
	delete(b.traps, a)
	b.end()
	return nil
}

// TrapAt reports whether a breakpoint is planted at a, taken out for a thread to
// pass or not.
func (b *Book) TrapAt(a table.Addr) bool { return b.traps[a] != nil }

// OwnedFor reports whether a breakpoint at a is needed for one of the reasons; for
// any, where none is given.
func (b *Book) OwnedFor(a table.Addr, why ...Why) bool {
	t := b.traps[a]
	return t != nil && slices.ContainsFunc(t.owners, func(o Owner) bool { return len(why) == 0 || slices.Contains(why, o.Why) })
}

// Traps lists the planted breakpoints by address.
func (b *Book) Traps() []table.Addr { return slices.Sorted(maps.Keys(b.traps)) }

// TakeOut takes a breakpoint out of memory for a thread to pass it; PutBack ends that.
// Precondition: every other thread is held.
func (b *Book) TakeOut(a table.Addr) error {
	t := b.traps[a]
	if t == nil || t.out {
		return nil
	}
	if err := b.p.Remove(a); err != nil {
		return err
	}
	t.out = true
	return nil
}

// PutBack plants a breakpoint again that was taken out for a thread to pass.
func (b *Book) PutBack(a table.Addr) error {
	t := b.traps[a]
	if t == nil || !t.out || !b.p.Alive() {
		return nil
	}
	if len(t.owners) == 0 {
		return b.removeTrap(a)
	}
	if err := b.p.Insert(a); err != nil {
		return err
	}
	t.out = false
	return nil
}
