package stepper

import (
	"slices"

	"rseqstep/stepper/tracee"
)

// resumeAll lets every held thread go that the command may let run; none stands at a
// breakpoint that was met already. The stepped thread goes on where it is, and those
// that do start before the others, which would compete with them for their CPUs.
func (e *Engine) resumeAll(stepped int) error {
	e.sections.FlushCode()
	if err := e.unpin(); err != nil {
		return err
	}
	e.released, e.departed = true, true
	var rest []*thread
	for _, tid := range e.target.Threads() {
		if !e.mayGo(tid) {
			continue
		}
		th := e.adopt(tid)
		switch {
		case e.inPlace(th, stepped):
		case tid == stepped:
			rest = slices.Insert(rest, 0, th)
			continue
		default:
			rest = append(rest, th)
			continue
		}
		if err := e.resumeHeld(th, tracee.InPlace); err != nil {
			return err
		}
	}
	for _, th := range rest {
		if err := e.resumeHeld(th, tracee.Freely); err != nil {
			return err
		}
	}
	return nil
}

// inPlace reports whether a thread must go on on the CPU it stopped on: it can be
// in sections (it has an area), and has been stepped, or stands at a trap that it has
// run into and is still to be asked about, which for a trap on an arming store is
// after it has read its CPU's number. A cpu_opv call has put its thread where it goes on.
func (e *Engine) inPlace(th *thread, stepped int) bool {
	if th.answered || e.registration(th) == nil && th.rseq.Area == 0 {
		return false
	}
	return th.tid == stepped || e.load(th) == nil && e.book.TrapAt(th.regs.PC())
}

// resumeAndWait is Go of the Target with the signal that the thread is owed, none in a
// quiet phase. It stays owed where the thread had something to report and has not moved.
func (e *Engine) resumeAndWait(m *move, how tracee.How) (tracee.Event, error) {
	th, sig := m.th, 0
	if !m.quiet {
		sig, th.signal = th.signal, 0
	}
	ev, err := e.target.Go(th.tid, sig, how, m.alone)
	if err == nil && ev.Still && !m.quiet {
		th.signal = sig
	}
	return ev, err
}

// resumeHeld is resumeOne for a thread that may have been killed from outside meanwhile.
func (e *Engine) resumeHeld(th *thread, how tracee.How) error {
	if !e.target.Held(th.tid) {
		return nil
	}
	return e.resumeOne(th, how)
}

// resumeOne resumes one thread with the signal it is owed. One whose single step
// waits in the kernel goes on with that.
func (e *Engine) resumeOne(th *thread, how tracee.How) error {
	if err := e.watchPasses(th); err != nil && !isGone(err) {
		return err
	}
	sig := th.signal
	th.signal = 0
	if sig == 0 && th.deferred != 0 {
		e.restoreKept(th)
		sig, th.deferred = th.deferred, 0
	}
	if e.stepping(th) != nil {
		how = tracee.Single
	}
	th.fresh, th.rseqKnown = false, false
	th.inCall, th.answered = false, false
	th.runs++
	err := e.release(th, sig, how)
	if isGone(err) {
		if _, gone := e.target.SignalMask(th.tid); gone == nil {
			return err // it is there: nothing would ever come of it
		}
		return nil // its exit is the next event
	}
	return err
}

// resume lets one thread go by its id.
func (e *Engine) resume(tid int) error {
	if !e.target.Alive() || !e.mayGo(tid) {
		return nil
	}
	return e.resumeOne(e.adopt(tid), tracee.Freely)
}

// release is Release of the Target.
func (e *Engine) release(th *thread, sig int, how tracee.How) error {
	return e.target.Release(th.tid, sig, how)
}
