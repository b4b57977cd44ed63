package drive

import (
	"rseqstep/table"
)

// meet decides for a thread that has reached an inserted breakpoint. The breakpoint may be one of
// the Mind's, a trap of a move, or one in front of a section that the thread passes as a unit.
// Precondition: every thread is held.
func (d *Driver) meet(th *Thread, at table.Addr) Answer {
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	th.StoppedAt = at
	if a := d.mind.Met(th, at); !a.GoesOn() {
		if a.end != nil && a.end.stop != nil {
			d.met = th.TID
		}
		return a
	}
	if a := d.AtTrap(th, at); !a.GoesOn() {
		return a
	}
	return d.mind.Through(th, true)
}

// AtTrap calls the decisions of every move of a thread for the place where it stands, whether it
// hit a breakpoint there or not: the innermost move first, then the outer ones. So a trap of the
// command counts whichever way its thread gets there.
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
