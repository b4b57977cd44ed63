package drive

import (
	"slices"

	"rseqstep/stepper/tracee"
)

// resumeAll lets every held thread go that the command may let run; none stands at a
// breakpoint that was met already. The stepped thread goes on where it is, and those
// that do start before the others, which would compete with them for their CPUs.
func (d *Driver) resumeAll(stepped int) error {
	if err := d.book.Unpin(); err != nil {
		return err
	}
	d.released, d.departed = true, true
	var rest []*Thread
	for _, tid := range d.target.Threads() {
		if !d.mayGo(tid) {
			continue
		}
		th := d.Adopt(tid)
		switch {
		case d.inPlace(th, stepped):
		case tid == stepped:
			rest = slices.Insert(rest, 0, th)
			continue
		default:
			rest = append(rest, th)
			continue
		}
		if err := d.resumeHeld(th, tracee.InPlace); err != nil {
			return err
		}
	}
	for _, th := range rest {
		if err := d.resumeHeld(th, tracee.Freely); err != nil {
			return err
		}
	}
	return nil
}

// inPlace reports whether a thread must go on on the CPU it stopped on: it can be
// in sections (it has an area), and has been stepped, or stands at a trap that it has
// run into and is still to be asked about, which for a trap on an arming store is
// after it has read its CPU's number. A cpu_opv call has put its thread where it goes on.
func (d *Driver) inPlace(th *Thread, stepped int) bool {
	if th.Answered || d.Registration(th) == nil && th.Rseq.Area == 0 {
		return false
	}
	return th.TID == stepped || d.Load(th) == nil && d.book.TrapAt(th.Regs.PC())
}

// resumeAndWait is Go of the Target with the signal that the thread is owed, none in a
// quiet phase. It stays owed where the thread had something to report and has not moved.
func (d *Driver) resumeAndWait(m *Move, how tracee.How) (tracee.Event, error) {
	th, sig := m.Thread, 0
	if !m.Quiet {
		sig, th.Signal = th.Signal, 0
	}
	ev, err := d.target.Go(th.TID, sig, how, m.Alone)
	if err == nil && ev.Still && !m.Quiet {
		th.Signal = sig
	}
	return ev, err
}

// resumeHeld is resumeOne for a thread that may have been killed from outside meanwhile.
func (d *Driver) resumeHeld(th *Thread, how tracee.How) error {
	if !d.target.Held(th.TID) {
		return nil
	}
	return d.resumeOne(th, how)
}

// resumeOne resumes one thread with the signal it is owed. One whose single step
// waits in the kernel goes on with that.
func (d *Driver) resumeOne(th *Thread, how tracee.How) error {
	if err := d.mind.Runs(th); err != nil && !isGone(err) {
		return err
	}
	sig := th.Signal
	th.Signal = 0
	if sig == 0 && th.Deferred != 0 {
		d.RestoreKept(th)
		sig, th.Deferred = th.Deferred, 0
	}
	if d.stepping(th) != nil {
		how = tracee.Single
	}
	th.Fresh, th.RseqKnown = false, false
	th.InCall, th.Answered = false, false
	th.Runs++
	err := d.Release(th, sig, how)
	if isGone(err) {
		if _, gone := d.target.SignalMask(th.TID); gone == nil {
			return err // it is there: nothing would ever come of it
		}
		return nil // its exit is the next event
	}
	return err
}

// resume lets one thread go by its id.
func (d *Driver) resume(tid int) error {
	if !d.target.Alive() || !d.mayGo(tid) {
		return nil
	}
	return d.resumeOne(d.Adopt(tid), tracee.Freely)
}

// Release lets a held thread go, with a signal that is not noted for it.
func (d *Driver) Release(th *Thread, sig int, how tracee.How) error {
	return d.target.Release(th.TID, sig, how)
}
