package ledger

// BlockSignals makes a held thread block signals (signal n at bit n-1) in addition to those that
// it blocks itself. The kernel keeps them pending until UnblockSignals. If the Book or the thread
// already blocks them all, nothing happens.
func (b *Book) BlockSignals(tid int, signals uint64) error {
	if b.Blocked(tid) {
		return nil
	}
	mask, err := b.p.SignalMask(tid)
	if err != nil {
		return err
	}
	if mask|signals == mask {
		return nil
	}
	b.begin()
	if err := b.p.SetSignalMask(tid, mask|signals); err != nil {
		b.end()
		return err
	}
	b.masks[tid] = mask
	return nil
}

// Blocked reports whether the Book has changed the thread's signal mask.
func (b *Book) Blocked(tid int) bool {
	_, blocked := b.masks[tid]
	return blocked
}

// UnblockSignals restores a thread's original signal mask. If the thread runs, GiveBack restores
// it later.
func (b *Book) UnblockSignals(tid int) error {
	mask, blocked := b.masks[tid]
	if !blocked || b.runs(tid) {
		return nil
	}
	if b.p.Alive() {
		if err := b.p.SetSignalMask(tid, mask); err != nil {
			return err
		}
	}
	delete(b.masks, tid)
	b.end()
	return nil
}
