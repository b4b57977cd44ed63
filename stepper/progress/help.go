package progress

import (
	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// catch is the arming store at which a thread's next pass of a section is to begin as a unit, so
// that it gets help; 0 if the pass is to run natively.
func (w *Watch) catch(th *thread, p *table.Placed) table.Addr {
	n := th.history[p.Start]
	if !n.Catches(w.limits.StuckLimit) || w.host.Inside(th.TID, p) {
		return 0
	}
	if !n.ArmKnown {
		a, ok, err := w.sections.Arming(p)
		n.ArmKnown = err == nil // a read that failed may succeed at the next pass
		if ok && !w.refused(a) {
			n.Arm = a
		}
	}
	if w.book.TrapAt(n.Arm) || w.book.HardwareAt(n.Arm) {
		return 0
	}
	return n.Arm
}

// NeedsLook reports whether a line step over the section should start its watchdog at once: the
// section is stuck, and no point at its arming store will catch its next pass.
func (w *Watch) NeedsLook(t *drive.Thread, p *table.Placed) bool {
	th := w.of(t)
	n := th.history[p.Start]
	return n.Stuck(w.limits.StuckLimit) && !n.Helpless && w.catch(th, p) == 0
}
