package observe

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
	"rseqstep/table"
)

// Observation gives an Observer access to a program. Call its methods only from those of the
// Observer, or between two commands. A thread in question must be held.
type Observation struct{ units *units.Runner }

func observes() ledger.Owner { return ledger.Owner{Why: ledger.Observed} }

// Plant inserts a trap: the Observer's Reached is called for each thread that reaches it. Every
// thread must be held. Errors: *ledger.RefusedError if none may stand there.
func (o Observation) Plant(a table.Addr) error { return o.units.Book.Plant(a, observes()) }

// Unplant removes it. Every thread must be held.
func (o Observation) Unplant(a table.Addr) error { return o.units.Book.Unplant(a, observes()) }

// Watch watches what a thread writes to length bytes at a: 1, 2, 4 or 8, a multiple of length. It
// returns the debug register that it uses. Error: ledger.ErrNoSlot.
func (o Observation) Watch(tid int, a table.Addr, length int) (slot int, err error) {
	for _, n := range o.units.Book.FreeIn(tid, ledger.Owner{}) {
		return n, o.units.Book.WatchIn(tid, n, observes(), a, length)
	}
	return 0, ledger.ErrNoSlot
}

// BreakIn sets a debug register of a thread that stops it before the instruction at a, and returns
// which: the Observer's Stored is called.
func (o Observation) BreakIn(tid int, a table.Addr) (slot int, err error) {
	for _, n := range o.units.Book.FreeIn(tid, ledger.Owner{}) {
		return n, o.units.Book.SetDebugIn(tid, n, observes(), a)
	}
	return 0, ledger.ErrNoSlot
}

// Unwatch frees a debug register that Watch or BreakIn has returned.
func (o Observation) Unwatch(tid, slot int) error {
	return o.units.Book.FreeDebugIn(tid, slot, observes())
}

// Clear removes every trap and frees every debug register of the observer's. Every thread must be
// held.
func (o Observation) Clear() error {
	return errors.Join(o.units.Book.DropOwner(observes()), o.units.Book.DropOwner(aborting()))
}

// Registration reads a thread's registration from the kernel.
func (o Observation) Registration(tid int) (tracee.RseqConfig, error) {
	return o.units.Target.Rseq(tid)
}

// Elsewhere makes a thread resume on another CPU of those that it may run on, and returns which; -1
// if there is none. See tracee.MovingTarget.
func (o Observation) Elsewhere(tid int) (cpu int, err error) {
	if t, ok := o.units.Target.(tracee.MovingTarget); ok {
		return t.Elsewhere(tid)
	}
	return -1, nil
}

// Decode decodes the instruction at pc.
func (o Observation) Decode(pc table.Addr) (*machine.Insn, error) { return o.units.Sections.Decode(pc) }

// Writer finds the instruction that has just written some of the length bytes at a, in a thread
// that has stopped behind it with the registers r.
func (o Observation) Writer(r *machine.Regs, a table.Addr, length int) (machine.Insn, bool) {
	return o.units.Sections.Writer(r, a, length)
}

// Arming is the arming store of a section; ok is false if the code does not show it.
func (o Observation) Arming(p *table.Placed) (a table.Addr, ok bool) {
	a, ok, err := o.units.Sections.Arming(p)
	return a, ok && err == nil
}

// Learn is the section that a descriptor describes, nil if the kernel would accept none there.
// Every thread must be held.
func (o Observation) Learn(descriptor table.Addr) *table.Placed {
	return o.units.Registration.Learn(descriptor)
}

// Destination is where a call to target ends up, through stubs of the linker.
func (o Observation) Destination(target table.Addr) table.Addr {
	return o.units.Sections.SkipStubs(target)
}
