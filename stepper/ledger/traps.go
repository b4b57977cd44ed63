package ledger

import (
	"fmt"
	"maps"
	"slices"

	"rseqstep/table"
)

// trap is an inserted software breakpoint.
type trap struct {
	owners []Owner // each once; empty: an earlier attempt to remove it has failed
	out    bool    // it is removed from memory while a thread executes the instruction that it replaces
}

// RefusedError says why no breakpoint may stand at an address.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// Plant inserts a software breakpoint for an owner, which may already have it. One breakpoint
// serves all its owners. Error: *RefusedError if none may stand there (Book.Guard), or that of
// the process.
func (b *Book) Plant(a table.Addr, o Owner) error {
	if b.Guard != nil && !b.accepted(a, o) {
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

// accepted reports whether the guard has accepted what a has for the purpose of another owner. A
// breakpoint that aborts stands where others may not, and the other way round.
func (b *Book) accepted(a table.Addr, o Owner) bool {
	t := b.traps[a]
	return t != nil && slices.ContainsFunc(t.owners, func(have Owner) bool { return (have.Why == Aborting) == (o.Why == Aborting) })
}

// Unplant removes an owner from a breakpoint, and removes the breakpoint with its last owner. If
// the owner has none at a, nothing happens. A breakpoint whose removal fails counts as inserted
// until GiveBack removes it: the debugger steps a thread that hits it over it.
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

// Withdraw removes a breakpoint whatever its owners.
func (b *Book) Withdraw(a table.Addr) error {
	t := b.traps[a]
	if t == nil {
		return nil
	}
	t.owners = nil
	return b.removeTrap(a)
}

// removeTrap removes a breakpoint without owners.
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

// TrapAt reports whether a breakpoint is inserted at a, even if it is taken out while a thread
// passes it.
func (b *Book) TrapAt(a table.Addr) bool { return b.traps[a] != nil }

// OwnedFor reports whether a breakpoint at a has an owner with one of the given reasons, or any
// owner if no reason is given.
func (b *Book) OwnedFor(a table.Addr, why ...Why) bool {
	t := b.traps[a]
	return t != nil && slices.ContainsFunc(t.owners, func(o Owner) bool { return len(why) == 0 || slices.Contains(why, o.Why) })
}

// Observes reports whether a breakpoint at a is an observer's, and not one of those that abort a section: a
// thread at one of these may be on its way to the abort handler.
func (b *Book) Observes(a table.Addr) bool {
	return b.OwnedFor(a, Observed) && !b.OwnedFor(a, Aborting)
}

// Traps lists the addresses of the inserted breakpoints in order.
func (b *Book) Traps() []table.Addr { return slices.Sorted(maps.Keys(b.traps)) }

// TakeOut removes a breakpoint from memory while a thread executes the instruction that it
// replaces; PutBack inserts it again.
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

// PutBack inserts a breakpoint that TakeOut has removed.
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
