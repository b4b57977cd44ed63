package ledger

import "rseqstep/stepper/machine"

// Exit is the registers that a thread would have left a section with, once a
// vector has done the section's work. From where the thread stands it would do
// that work again.
type Exit struct {
	Regs    machine.Regs
	Vectors func(area []byte) error // puts the vector registers into an XSAVE area
}

// OweExit notes that a held thread is to be given an exit's registers: TakeExit does it.
func (b *Book) OweExit(tid int, x Exit) {
	b.begin()
	b.exits[tid] = x
}

// TakeExit gives a thread the registers that it is owed, if it is owed any.
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
