package ledger

// Pin pins a held thread and the debugger to one CPU, and unpins the previously pinned thread.
// See tracee.Changes.Pin.
func (b *Book) Pin(tid int) error {
	b.begin()
	if err := b.p.Pin(tid); err != nil {
		b.end()
		return err
	}
	b.pinned = tid
	return nil
}

// Pinned returns the thread that is pinned to our CPU, 0 if there is none.
func (b *Book) Pinned() int { return b.pinned }

// Unpin restores both affinities.
func (b *Book) Unpin() error {
	if b.pinned == 0 {
		return nil
	}
	if err := b.p.Unpin(); err != nil { // do not ignore ESRCH: one of the two affinities is the debugger's own
		return err
	}
	b.pinned = 0
	b.end()
	return nil
}
