package ledger

import "rseqstep/stepper/machine"

// Exit holds the registers with which a thread would have left a section, after a vector has done
// the section's work. If the thread resumed from its present place instead, it would do that work
// again.
type Exit struct {
	Regs    machine.Regs
	Vectors func(area []byte) error // writes the vector registers into an XSAVE area
}

// OweExit records the exit registers that a held thread must get; TakeExit sets them.
func (b *Book) OweExit(tid int, x Exit) {
	b.begin()
	b.exits[tid] = x
}

// TakeExit sets the recorded exit registers of a thread, if there are any.
func (b *Book) TakeExit(tid int) error {
	x, owed := b.exits[tid]
	if !owed {
		return nil
	}
	area, err := b.p.XState(tid)
	if err != nil {
		return err
	}
	if err := x.Vectors(area); err != nil {
		return err
	}
	if err := b.p.SetXState(tid, area); err != nil {
		return err
	}
	if err := b.p.SetRegs(tid, &x.Regs); err != nil {
		return err
	}
	delete(b.exits, tid)
	b.end()
	return nil
}
