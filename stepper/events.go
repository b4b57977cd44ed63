package stepper

import (
	"errors"
	"syscall"

	"rseqstep/stepper/tracee"
)

func isGone(err error) bool { return errors.Is(err, syscall.ESRCH) }

// vanished explains why a command failed by the end of a thread, if one has ended,
// whatever it was that failed then: a thread that vanished is a Stop, not an error.
// Nobody looks for it where a request fails, for a held thread can only vanish by
// SIGKILL, or by another thread's exit_group(2) or execve(2). It is the thread that
// the command moves, or the one that the error names. What others report stays queued.
func (e *Engine) vanished(th *thread, err error) (*Stop, error) {
	var named interface{ Thread() int }
	if isGone(err) && errors.As(err, &named) && e.threads[named.Thread()] != nil {
		if _, dying := e.target.SignalMask(named.Thread()); isGone(dying) {
			th = e.threads[named.Thread()]
		}
	}
	_, dying := e.target.SignalMask(th.tid)
	if !(isGone(dying) && e.threads[th.tid] == th) && (dying == nil || !isGone(err)) {
		return nil, err
	}
	for {
		ev, werr := e.waitEnd()
		if werr != nil {
			return nil, errors.Join(err, werr)
		}
		switch ev.Kind {
		case tracee.EventProcessExit:
			return e.ended(ev), nil
		case tracee.EventExit:
			if stop := e.threadGone(ev); ev.TID == th.tid {
				return stop, nil
			}
		}
	}
}

// overtaken turns a Stop that the end of the process has overtaken into that end:
// exit_group(2) or SIGKILL took the other threads too, held as they were.
func (e *Engine) overtaken(stop *Stop) (*Stop, error) {
	for stop.Reason != StopExited && stop.Reason != StopKilled {
		if !e.target.Alive() {
			ev, err := e.waitEnd()
			if err != nil {
				return stop, err
			}
			if ev.Kind == tracee.EventProcessExit {
				return e.ended(ev), nil
			}
			continue
		}
		if stop.Reason != StopThreadExited {
			return stop, nil
		}
		th, ok := e.threads[e.current]
		if !ok {
			return stop, nil
		}
		if !e.target.Held(th.tid) {
			// A leader that has ended before its threads: another one is selected, and
			// where it is the only one left the process ends.
			if tid := e.anyHeld(); tid != 0 {
				e.current = tid
				continue
			}
			ev, err := e.waitEnd()
			switch {
			case err != nil:
				return stop, err
			case ev.Kind == tracee.EventProcessExit:
				return e.ended(ev), nil
			case ev.Kind == tracee.EventExit:
				e.threadGone(ev)
			}
			continue
		}
		// Its registers may be known still; this asks the kernel.
		_, err := e.target.SignalMask(th.tid)
		if err == nil {
			return stop, nil
		}
		th.fresh = false
		next, err := e.vanished(th, err)
		if err != nil {
			return stop, err
		}
		stop = next
	}
	return stop, nil
}

// anyHeld is a thread that is held, 0 for none.
func (e *Engine) anyHeld() int {
	for _, tid := range e.target.Threads() {
		if _, ok := e.threads[tid]; ok && e.target.Held(tid) {
			return tid
		}
	}
	return 0
}

// ended records the end of the process.
func (e *Engine) ended(ev tracee.Event) *Stop {
	stop := &Stop{Reason: StopExited, TID: ev.TID, Status: ev.Status}
	if ev.Status.Signaled {
		stop.Reason, stop.Signal = StopKilled, ev.Status.Signal
	}
	e.threads = map[int]*thread{}
	e.book.Ended()
	e.hook = 0
	e.fork = nil
	e.points.Ended()
	return stop
}

// threadGone forgets a thread.
func (e *Engine) threadGone(ev tracee.Event) *Stop {
	if th := e.threads[ev.TID]; th != nil && len(th.called) > 0 {
		e.dropCall(th, th.called[0])
	}
	if ev.Child != 0 {
		e.report.notify("process %d, which ran in the program's memory, executes another program and was let go", ev.Child)
	}
	delete(e.threads, ev.TID)
	e.book.ThreadGone(ev.TID)
	delete(e.only, ev.TID)
	if e.current == ev.TID {
		e.current = 0
		for _, tid := range e.target.Threads() {
			if e.current == 0 || e.target.Held(tid) && !e.target.Held(e.current) {
				e.current = tid // not a leader that has ended before its threads
			}
		}
	}
	return &Stop{Reason: StopThreadExited, TID: ev.TID, Gone: ev.TID}
}

// signalStop reports a signal the user asked to see. It stays owed to the
// thread when the program is to have it.
func (e *Engine) signalStop(th *thread, ev tracee.Event) (*Stop, error) {
	if e.signals.Of(ev.Signal).Pass {
		if err := e.queueSignal(th, ev.Signal); err != nil {
			return nil, err
		}
	} else if err := e.target.DropSignal(th.tid); err != nil && !isGone(err) {
		e.report.notify("signal %d may still reach the program after detach: %v", ev.Signal, err)
	}
	return &Stop{Reason: StopSignal, TID: th.tid, Signal: ev.Signal}, nil
}
