package drive

import (
	"slices"

	"rseqstep/stepper/tracee"
)

// resumeAll resumes every held thread that the command may run. Precondition: none of them stands
// at a breakpoint that it has already hit. Threads that must stay on their CPU, such as the
// stepped one, start before the others, which would compete with them for their CPUs.
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

// inPlace reports whether a thread must resume on the CPU where it stopped. That is so if it can
// be in a section (it has an area) and was single-stepped, or if it stands at a trap that is not
// decided yet: at a trap on an arming store it has already read its CPU number. A cpu_opv call
// has already placed its thread on the right CPU. A thread whose system call was interrupted
// compares no CPU number before it has slept in the kernel, which may move it anyway.
func (d *Driver) inPlace(th *Thread, stepped int) bool {
	if th.Answered || th.Aborted || d.Load(th) != nil || th.Regs.Restarts() {
		return false
	}
	if th.TID != stepped && !d.book.TrapAt(th.Regs.PC()) {
		return false
	}
	return d.Registration(th) != nil || th.Rseq.Area != 0
}

// resumeAndWait is Go of the Target with the thread's undelivered signal, or none in a quiet
// phase. The signal stays undelivered if the thread had an event to report and has not moved.
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

// resumeHeld is resumeOne for a thread that another process may have killed meanwhile.
func (d *Driver) resumeHeld(th *Thread, how tracee.How) error {
	if !d.target.Held(th.TID) {
		return nil
	}
	return d.resumeOne(th, how)
}

// resumeOne resumes one thread with its undelivered signal. A thread whose single step is blocked
// in the kernel continues with that step.
func (d *Driver) resumeOne(th *Thread, how tracee.How) error {
	if err := d.mind.Runs(th); err != nil && !tracee.IsGone(err) {
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
	th.InCall, th.Answered, th.Aborted = false, false, false
	th.Runs++
	err := d.Release(th, sig, how)
	if tracee.IsGone(err) {
		if _, gone := d.target.SignalMask(th.TID); gone == nil {
			return err // the thread exists: without this error the loop would wait for it without end
		}
		return nil // its exit is the next event
	}
	return err
}

// resume is resumeHeld by TID.
func (d *Driver) resume(tid int) error {
	if !d.target.Alive() || !d.mayGo(tid) {
		return nil
	}
	return d.resumeOne(d.Adopt(tid), tracee.Freely)
}

// Release resumes a held thread with sig instead of its recorded signal.
func (d *Driver) Release(th *Thread, sig int, how tracee.How) error {
	return d.target.Release(th.TID, sig, how)
}
