package drive

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// begin prepares a move: it plants the move's traps and calls Mind.Begins, which may set a
// watchdog.
func (d *Driver) begin(m *Move) error {
	th := m.Thread
	if err := d.Load(th); err != nil {
		return err
	}
	m.from, m.owner = th.Regs.PC(), d.book.Fresh(ledger.Way)
	switch {
	case m.Gait == Single && m.Kernel && d.book.Pinned() != 0:
		m.repin = true
		return d.book.Unpin()
	case m.Gait != Native:
		return nil
	case m.Quiet:
		return d.plantTraps(m)
	case m.Lone:
		// The thread stands on this breakpoint already, so do not report it again.
		if d.book.TrapAt(m.from) && m.Decision(m.from) == nil && d.target.Inserted(m.from) {
			if err := d.Lift(m, m.from); err != nil {
				return err
			}
		}
	default:
		m.wide = m.Alone == 0 || m.Overdue == nil && m.Watchdog.due() // only a wide move is looked at
	}
	if err := d.mind.Begins(m); err != nil {
		return err
	}
	return d.plantTraps(m)
}

// finishOne undoes the changes that a move has made.
// Precondition: every thread is held.
func (d *Driver) finishOne(m *Move, how Ending) error {
	err := d.clearTraps(m)
	if a := m.lifted; a != 0 {
		m.lifted = 0
		err = errors.Join(err, d.book.PutBack(a))
	}
	if m.Kernel {
		m.Thread.RseqKnown = false // the move may have changed the registration
	}
	if m.repin && how == Arrived {
		err = errors.Join(err, d.Pin(m.Thread))
	}
	for _, close := range m.close {
		err = errors.Join(err, close())
	}
	m.close = m.close[:0]
	if m.End != nil {
		err = errors.Join(err, m.End(how))
	}
	return err
}

// Lift removes a breakpoint while the thread of m, which runs alone, executes the instruction
// that it replaces.
func (d *Driver) Lift(m *Move, a table.Addr) error {
	if err := d.book.TakeOut(a); err != nil {
		return err
	}
	m.lifted = a
	return nil
}

// widen turns a move whose thread ran alone into one that resumes every thread, because the
// thread may be waiting for another one. It first inserts again the breakpoints that the move had
// removed and unblocks the thread's signals. A thread whose single step takes that long may not have
// executed its instruction: it still steps off the breakpoint.
func (d *Driver) widen(m *Move) error {
	m.wide = true
	for _, o := range d.moves {
		if a := o.lifted; a != 0 {
			o.lifted = 0
			if err := d.book.PutBack(a); err != nil {
				return err
			}
			if m.Gait == Single && m.Thread == o.Thread && m.from == a {
				m.Thread.StoppedAt = a
			}
		}
	}
	if d.book.Blocked(m.Thread.TID) {
		if err := errors.Join(d.Pause(), d.UnblockSignals(m.Thread)); err != nil {
			return err
		}
	}
	if m.Overdue != nil {
		d.watchUnit(m)
		m.AtEnd(func() error { m.Watchdog.Stop(); return nil })
	}
	return nil
}
