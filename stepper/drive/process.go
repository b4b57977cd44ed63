package drive

import (
	"rseqstep/stepper/tracee"
)

// onFork continues in the process that the Mind keeps.
func (d *Driver) onFork(ev tracee.Event) Answer {
	goes, err := d.mind.Forked(ev)
	if err != nil {
		return Fails(err)
	}
	return Fails(d.goOn(goes))
}

// onCall continues a thread whose system call the Mind has answered.
func (d *Driver) onCall(ev tracee.Event) Answer {
	if err := d.mind.Called(ev.TID); err != nil {
		return Fails(err)
	}
	return Fails(d.goOn(ev.TID))
}

// onExec starts over in the program that the process executes now. A step by instructions ends
// there. A command that runs the program continues without the places where it would have ended, as
// gdb does: they were addresses of the old program. What it was making a thread do at that moment, such as a
// step off a breakpoint or a look at one that takes long, is over.
func (d *Driver) onExec(ev tracee.Event) Answer {
	if err := d.mind.Executed(ev); err != nil {
		return Fails(err)
	}
	outermost := d.moves[0]
	runs := outermost.Gait == Native && !outermost.Lone
	if runs {
		for len(d.moves) > 1 {
			if err := d.finish(d.moves[len(d.moves)-1], Lost); err != nil {
				return Fails(err)
			}
		}
		outermost.loseTraps(d.threads[ev.TID])
	}
	if a := d.mind.Caught(ev); !a.GoesOn() {
		return a
	}
	if !runs {
		return Halt(d.mind.Ends(ev))
	}
	return Fails(d.goOn(ev.TID))
}

// loseTraps removes everything that a move waits for. A Continue keeps its watchdog.
func (m *Move) loseTraps(th *Thread) {
	m.Thread, m.wide, m.Free, m.Over, m.Overdue, m.Watchdog = th, true, true, false, nil, nil
	m.at, m.decide, m.sites, m.slots, m.Sections, m.Escape = nil, nil, nil, nil, nil, 0
}

// onExit ends the moves that wait for a thread that has exited.
func (d *Driver) onExit(ev tracee.Event) Answer {
	waited := d.waitsFor(ev.TID)
	stop := d.Ended(ev)
	if waited || d.lastOnly() {
		return Halt(stop)
	}
	return Answer{}
}

// waitsFor reports whether a move ends when thread tid exits.
func (d *Driver) waitsFor(tid int) bool {
	for _, m := range d.moves {
		if m.Thread.TID == tid && !m.Free {
			return true
		}
	}
	return false
}
