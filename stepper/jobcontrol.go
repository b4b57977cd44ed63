package stepper

import "rseqstep/stepper/tracee"

// waitOutGroupStop lets every thread take part in a stop by job control that the
// stepped one has come to, and waits for its end. The kernel tells the parent
// (a shell's waitpid with WUNTRACED) when the last thread has stopped. A thread
// that is let go executes nothing before it stops, and reports the end before it
// executes anything more (ptrace(2), "Group-stop"), so what is planted may stay
// as it is. Afterwards every thread is held, th where it stood.
// Precondition: every thread is held.
func (e *Engine) waitOutGroupStop(th *thread) (*Stop, error) {
	for _, tid := range e.target.Threads() {
		if err := e.joinGroupStop(tid); err != nil {
			return nil, err
		}
	}
	for {
		ev, err := e.wait()
		if err != nil {
			return nil, err
		}
		switch {
		case ev.Kind == tracee.EventGroupEnd && ev.TID == th.tid:
			return nil, e.pause()
		case ev.Kind == tracee.EventGroupEnd:
			continue // held until the step is done
		case ev.Kind == tracee.EventGroupStop:
			if err := e.joinGroupStop(ev.TID); err != nil {
				return nil, e.holdAfter(err)
			}
			continue
		case ev.Kind == tracee.EventInterrupt && !e.interrupt.pending():
			if err := e.joinGroupStop(ev.TID); err != nil {
				return nil, e.holdAfter(err)
			}
			continue
		}
		_, stop, err := e.dispatch(ev, &traps{tid: th.tid})
		if stop != nil || err != nil {
			return stop, e.holdAfter(err)
		}
		if _, there := e.threads[th.tid]; !there {
			return nil, e.holdAfter(errThreadGone)
		}
	}
}

// joinGroupStop lets one thread go into the stop. The signal it is owed waits until then.
func (e *Engine) joinGroupStop(tid int) error {
	if !e.target.Held(tid) || e.target.Queued(tid) {
		return nil
	}
	th := e.adopt(tid)
	th.fresh, th.rseqKnown = false, false
	th.runs++
	err := e.target.Resume(tid, 0)
	if isGone(err) {
		return nil // its exit is the next event
	}
	return err
}
