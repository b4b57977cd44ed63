package stepper

import (
	"slices"
	"time"

	"rseqstep/stepper/tracee"
)

// release lets every held thread go that the command may let run. One that stands
// at a breakpoint already told is stepped off it first, the others held. The stepped
// thread goes on where it is, and those that do start before the others, which would
// compete with them for their CPUs.
func (e *Engine) release(stepped int) (*Stop, error) {
	if stop, err := e.stepAllOff(stepped); stop != nil || err != nil {
		return stop, err
	}
	return nil, e.resumeAll(stepped)
}

// stepAllOff steps the threads that release is about to let go off their breakpoints.
// Precondition: every thread is held, or none stands at a breakpoint (holdAtSites).
func (e *Engine) stepAllOff(stepped int) (*Stop, error) {
	for _, tid := range e.target.Threads() {
		if !e.target.Held(tid) || e.target.Queued(tid) || !e.mayRun(tid) {
			continue
		}
		th := e.adopt(tid)
		if stop, err := e.stepOff(th); stop != nil || err != nil {
			return stop, err
		}
		if tid == stepped {
			continue
		}
		if stop, err := e.stepThroughSectionHere(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, nil
}

// holdAtSites holds every thread where one runs on, because a step or a run of it
// has lost patience, and another stands at a breakpoint: stepped off it, or asked
// about it, while the first runs, it would let that pass the breakpoint unseen.
func (e *Engine) holdAtSites() error {
	runs, stands := false, false
	for _, tid := range e.target.Threads() {
		switch {
		case !e.target.Held(tid):
			runs = true
		case !e.target.Queued(tid) && e.mayRun(tid):
			stands = stands || e.standsAtSite(e.adopt(tid))
		}
	}
	if !runs || !stands {
		return nil
	}
	return e.pause()
}

// standsAtSite reports whether a held thread is at a breakpoint.
func (e *Engine) standsAtSite(th *thread) bool {
	return e.load(th) == nil && (e.book.TrapAt(th.regs.PC()) || e.hardwareAt(th.regs.PC()))
}

// resumeAll is release of threads that stand at no breakpoint already told.
func (e *Engine) resumeAll(stepped int) error {
	e.code.flush()
	if err := e.unpin(); err != nil {
		return err
	}
	var rest []*thread
	for _, tid := range e.target.Threads() {
		if !e.target.Held(tid) || e.target.Queued(tid) || !e.mayRun(tid) {
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
		if err := e.resumeHeld(th, e.target.ResumeInPlace); err != nil {
			return err
		}
	}
	for _, th := range rest {
		if err := e.resumeHeld(th, e.target.Resume); err != nil {
			return err
		}
	}
	return nil
}

// inPlace reports whether a thread must go on on the CPU it stopped on: it can be
// in sections (it has an area), and has been stepped, or stands at a trap that it has
// run into and is still to be asked about, which for a trap on an arming store is
// after it has read its CPU's number.
func (e *Engine) inPlace(th *thread, stepped int) bool {
	if e.registration(th) == nil && th.rseq.Area == 0 {
		return false
	}
	return th.tid == stepped || e.load(th) == nil && e.book.TrapAt(th.regs.PC())
}

// stepOff steps a held thread off a breakpoint that was told already.
func (e *Engine) stepOff(th *thread) (*Stop, error) {
	at := th.stoppedAt
	th.stoppedAt = 0
	if at == 0 || e.load(th) != nil { // a thread that is going: its exit is the next event
		return nil, nil
	}
	if th.regs.PC() != at || !e.book.TrapAt(at) && !e.hardwareAt(at) {
		return nil, nil
	}
	return e.stepOne(th)
}

// resumeAndWait is Step or Run of the Target with the signal that the thread is owed. It stays
// owed where the thread had something to report and has not moved.
func (e *Engine) resumeAndWait(th *thread, how func(tid, sig int, patience time.Duration) (tracee.Event, error), patience time.Duration) (tracee.Event, error) {
	sig := th.signal
	th.signal = 0
	ev, err := how(th.tid, sig, patience)
	if err == nil && ev.Still {
		th.signal = sig
	}
	return ev, err
}

// resumeHeld is resumeOne for a thread that may have been killed from outside meanwhile.
func (e *Engine) resumeHeld(th *thread, resume func(tid, sig int) error) error {
	if !e.target.Held(th.tid) {
		return nil
	}
	return e.resumeOne(th, resume)
}

// resumeOne resumes one thread with the signal it is owed.
func (e *Engine) resumeOne(th *thread, resume func(tid, sig int) error) error {
	if err := e.watchPasses(th); err != nil && !isGone(err) {
		return err
	}
	sig := th.signal
	th.signal = 0
	if sig == 0 && th.deferred != 0 {
		e.restoreKept(th)
		sig, th.deferred = th.deferred, 0
	}
	th.fresh, th.rseqKnown = false, false
	th.inCall = false
	th.runs++
	err := resume(th.tid, sig)
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
	if !e.target.Alive() || !e.target.Held(tid) || e.target.Queued(tid) || !e.mayRun(tid) {
		return nil
	}
	return e.resumeOne(e.adopt(tid), e.target.Resume)
}
