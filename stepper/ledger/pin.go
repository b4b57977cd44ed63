package ledger

// Pin puts a held thread and ourselves on one CPU, in place of the one that was
// before. See tracee.Changes.Pin.
func (b *Book) Pin(tid int) error {
	b.begin()
	if err := b.p.Pin(tid); err != nil {
		b.end()
		return err
	}
	b.pinned = tid
	return nil
}

// Pinned is the thread that shares our CPU, 0 for none.
func (b *Book) Pinned() int { return b.pinned }

// Unpin restores both affinities.
func (b *Book) Unpin() error {
	if b.pinned == 0 {
		return nil
	}
	if err := b.p.Unpin(); err != nil { // ESRCH too: of the two affinities, one is our own
		return err
	}
	b.pinned = 0
	b.end()
	return nil
}
