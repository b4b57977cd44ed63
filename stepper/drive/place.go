package drive

import (
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// onBreakpoint decides for a thread that has hit a software breakpoint.
func (d *Driver) onBreakpoint(ev tracee.Event, m *Move) Answer {
	if m.wide && d.departed {
		if a, done := d.mind.Passed(&ev); done || !a.GoesOn() {
			if a.GoesOn() {
				a = Fails(d.goOn(ev.TID))
			}
			return a
		}
	}
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	th := d.Adopt(ev.TID)
	if s := d.stepping(th); s != nil && s.from == ev.Addr && th.StoppedAt == ev.Addr {
		return Answer{} // it has not got off the breakpoint
	}
	if m.Quiet {
		return d.quietTrap(m)
	}
	if th == m.Thread && m.Lone && m.Gait == Native {
		// The trap of the move takes precedence over a breakpoint of the user at the same
		// address.
		if a := d.askMove(m, th); !a.GoesOn() {
			return a
		}
	}
	if a := d.meet(th, ev.Addr); !a.GoesOn() || m.Gait != Single || m.wide {
		return a
	}
	return Arrive()
}

// askMove calls the decision of a move for the PC of its thread.
func (d *Driver) askMove(m *Move, th *Thread) Answer {
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	decide := m.Decision(th.Regs.PC())
	if decide == nil {
		return Answer{}
	}
	a := decide(th)
	if a.of == nil {
		a.of = m
	}
	return a
}

// quietTrap is askMove for a thread in a quiet phase, in which the loop calls no other decision.
func (d *Driver) quietTrap(m *Move) Answer {
	if m.Gait == Single {
		return Arrive()
	}
	return d.askMove(m, m.Thread)
}

// onDebug decides for a debug register, which is the user's or one of a move.
func (d *Driver) onDebug(ev tracee.Event, m *Move) Answer {
	if a, done := d.mind.Passed(&ev); !a.GoesOn() {
		return a
	} else if done {
		return Fails(d.goOn(ev.TID))
	}
	if d.book.Free(ev.Slot & 3) {
		return d.ownDebug(ev, m)
	}
	if m.Gait == Native && m.events == 1 && !m.wide {
		if stood, err := d.stoodOnHardware(m.Thread, m.from); stood || err != nil {
			return Fails(err)
		}
	}
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	if a := d.mind.Triggered(d.Adopt(ev.TID), ev); !a.GoesOn() || m.Gait != Single || m.wide {
		return a
	}
	return Arrive()
}

// ownDebug decides for a debug register that a move has set.
func (d *Driver) ownDebug(ev tracee.Event, m *Move) Answer {
	if m.Quiet {
		return d.quietTrap(m)
	}
	if m.Gait == Single && !m.wide {
		return Answer{} // set by a move that has ended, or one that only counts
	}
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	th := d.Adopt(ev.TID)
	for i := len(d.moves) - 1; i >= 0; i-- {
		if o := d.moves[i]; o.Registers && o.Thread == th {
			if a := d.askMove(o, th); !a.GoesOn() {
				return a
			}
		}
	}
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	return d.AtTrap(th, th.Regs.PC())
}

// stoodOnHardware reports whether a debug register's event only repeats the hardware breakpoint that
// the thread already stood on. The CPU reports such a breakpoint before the instruction executes, so it
// reports it again when the thread resumes there, and no instruction has run.
func (d *Driver) stoodOnHardware(th *Thread, from table.Addr) (bool, error) {
	if !d.book.HardwareAt(from) {
		return false, nil
	}
	if err := d.Load(th); err != nil {
		if tracee.IsGone(err) {
			return false, nil
		}
		return false, err
	}
	return th.Regs.PC() == from, nil
}
