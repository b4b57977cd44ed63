package drive

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// begin prepares a move: its traps are planted, and who looks after it is set on it.
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
		// A breakpoint under the thread's feet is no news.
		if _, waits := m.At[m.from]; d.book.TrapAt(m.from) && !waits && d.target.Inserted(m.from) {
			if err := d.Lift(m, m.from); err != nil {
				return err
			}
		}
	default:
		m.wide = m.Alone == 0
	}
	if err := d.mind.Begins(m); err != nil {
		return err
	}
	return d.plantTraps(m)
}

// finishOne gives back what a move has changed.
// Precondition: every thread is held.
func (d *Driver) finishOne(m *Move, how Ending) error {
	err := d.clearTraps(m)
	if a := m.lifted; a != 0 {
		m.lifted = 0
		err = errors.Join(err, d.book.PutBack(a))
	}
	if m.Kernel {
		m.Thread.RseqKnown = false // it may have registered it
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

// Lift takes a breakpoint out while the thread of a move passes it alone.
func (d *Driver) Lift(m *Move, a table.Addr) error {
	if err := d.book.TakeOut(a); err != nil {
		return err
	}
	m.lifted = a
	return nil
}

// widen lets every thread go with a move that has been made alone: what its thread
// waits for may be another one's to do. Breakpoints that it was to pass are back first,
// and its signals come.
func (d *Driver) widen(m *Move) error {
	m.wide = true
	for _, o := range d.moves {
		if a := o.lifted; a != 0 {
			o.lifted = 0
			if err := d.book.PutBack(a); err != nil {
				return err
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
