package ledger

import (
	"errors"
	"maps"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// SlotsAt returns the debug registers of every thread that stop before the instruction at a:
// register n as bit n.
func (b *Book) SlotsAt(a table.Addr) (slots int) {
	return b.slots(func(r register) bool { return r.kind == tracee.DebugExecute && r.at == a })
}

// SlotsOn returns the debug registers of every thread that watch some of the bytes of r.
func (b *Book) SlotsOn(r machine.Range) (slots int) {
	return b.slots(func(g register) bool { return g.covers(r) })
}

func (b *Book) slots(are func(register) bool) (slots int) {
	for n, r := range b.every {
		if !b.Free(n) && are(r) {
			slots |= 1 << n
		}
	}
	return slots
}

// Hide switches off, in one held thread, debug registers of every thread; Show switches them on
// again.
func (b *Book) Hide(tid, slots int) error {
	for n := range b.every {
		at := slot{tid, n}
		if slots>>n&1 == 0 || b.hidden[at] {
			continue
		}
		if err := b.p.SetDebug(tid, n, tracee.DebugOff, 0, 0); err != nil {
			return err
		}
		b.hidden[at] = true
	}
	return nil
}

// Show switches on again what Hide has switched off in a thread. If the thread runs, GiveBack does it
// later.
func (b *Book) Show(tid int) (err error) {
	for at := range b.hidden {
		if at.tid == tid && !b.runs(tid) {
			err = errors.Join(err, b.show(at))
		}
	}
	return err
}

func (b *Book) show(at slot) error {
	if r := b.every[at.n]; r.set && b.p.Alive() {
		if err := b.p.SetDebug(at.tid, at.n, r.kind, r.at, r.length); err != nil {
			return err
		}
	}
	delete(b.hidden, at)
	return nil
}

// forgetHidden removes entries of registers that are no more.
func (b *Book) forgetHidden(gone func(slot) bool) {
	maps.DeleteFunc(b.hidden, func(at slot, _ bool) bool { return gone(at) })
}
