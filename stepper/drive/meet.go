package drive

import (
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// meet decides at a planted breakpoint that a thread has come to: the Mind's, a trap
// of a move, or one in front of a section that the thread is taken through.
// Precondition: every thread is held.
func (d *Driver) meet(th *Thread, at table.Addr) Answer {
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	th.StoppedAt = at
	if a := d.mind.Met(th, tracee.Event{Kind: tracee.EventBreakpoint, TID: th.TID, Addr: at}); !a.GoesOn() {
		if a.stop != nil {
			d.met = th.TID
		}
		return a
	}
	if a := d.AtTrap(th, at); !a.GoesOn() {
		return a
	}
	return d.mind.Through(th, true)
}

// AtTrap asks every move about a thread that stands at a place, whether it has met a
// breakpoint there or not: the innermost first, then those around it. A command's
// own places count on whatever way its thread takes.
func (d *Driver) AtTrap(th *Thread, at table.Addr) Answer {
	for i := len(d.moves) - 1; i >= 0; i-- {
		if m := d.moves[i]; m.Thread == th && m.Gait == Native && !m.Quiet && d.target.Alive() && th.Regs.PC() == at {
			if a := d.askMove(m, th); !a.GoesOn() {
				return a
			}
		}
	}
	return Answer{}
}
