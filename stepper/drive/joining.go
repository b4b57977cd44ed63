package drive

import (
	"slices"

	"rseqstep/stepper/tracee"
)

// goJoining resumes every thread into a group-stop (job control) that the stepped thread has
// entered, and waits for its end. The kernel notifies the parent (a shell's waitpid with
// WUNTRACED) when the last thread has stopped. A thread resumed this way executes nothing before
// it stops, and it reports the end of the stop before it executes anything more (ptrace(2),
// "Group-stop"), so all breakpoints can stay inserted.
func (d *Driver) goJoining(m *Move) Answer {
	if !d.departed {
		for _, tid := range d.target.Threads() {
			if d.target.Held(tid) && d.target.Queued(tid) {
				m.late = append(m.late, tid)
			}
			if err := d.joinGroupStop(tid); err != nil {
				return Fails(err)
			}
		}
		d.released, d.departed = true, true
	}
	ev, err := d.wait()
	if err != nil {
		return Fails(err)
	}
	i := slices.Index(m.late, ev.TID)
	if m.stale = i >= 0; m.stale {
		m.late = slices.Delete(m.late, i, i+1)
	}
	return d.on(ev, m)
}

// joinGroupStop resumes one thread into the group-stop. Its undelivered signal waits until the
// stop has ended.
func (d *Driver) joinGroupStop(tid int) error {
	if !d.target.Held(tid) || d.target.Queued(tid) {
		return nil
	}
	th := d.Adopt(tid)
	th.Fresh, th.RseqKnown = false, false
	th.Runs++
	err := d.Release(th, 0, tracee.Freely)
	if tracee.IsGone(err) {
		return nil // its exit is the next event
	}
	return err
}
