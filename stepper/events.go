package stepper

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
)

// withoutGone removes from joined errors those of requests for threads that have ended.
func withoutGone(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var rest []error
		for _, one := range joined.Unwrap() {
			rest = append(rest, withoutGone(one))
		}
		return errors.Join(rest...)
	}
	if tracee.IsGone(err) {
		return nil
	}
	return err
}

// vanished explains a command's error by the end of a thread, if one has ended.
func (e *Engine) vanished(th *drive.Thread, err error) (*Stop, error) {
	stop, err := e.drive.Vanished(th, err)
	return stopOf(stop), err
}

// stopOf is the Stop that the loop returned, nil for none.
func stopOf(s drive.Stop) *Stop {
	stop, _ := s.(*Stop)
	return stop
}

// unreported is the Stop for the end of a process that no command has reported yet, nil if
// there is none. The Engine may have noticed the end between two commands, for example when the
// user deleted a breakpoint.
func (e *Engine) unreported() (*Stop, error) {
	for !e.target.Alive() {
		ev, err := e.drive.WaitEnd()
		if err != nil {
			return nil, err
		}
		if ev.EndsProcess() {
			return stopOf(e.drive.Ended(ev)), nil
		}
	}
	return nil, nil
}

// overtaken turns a Stop that the end of the process has overtaken into that end:
// exit_group(2) or SIGKILL took the other threads too, held as they were.
func (e *Engine) overtaken(stop *Stop) (*Stop, error) {
	for stop.Reason != StopExited && stop.Reason != StopKilled {
		if !e.target.Alive() {
			end, err := e.unreported()
			if end == nil {
				return stop, err
			}
			return end, nil
		}
		th := e.drive.Thread(e.drive.Current())
		if th == nil {
			return stop, nil
		}
		// An interrupted command names the selected thread.
		ended := !e.target.Held(th.TID) && (stop.Reason == StopThreadExited || stop.TID == th.TID)
		if stop.Reason != StopThreadExited && !ended {
			return stop, nil
		}
		if ended {
			// A leader has ended before its threads: select another thread, or, if no other is
			// left, wait for the process's end.
			if tid := e.drive.AnyHeld(); tid != 0 {
				e.drive.Select(tid)
				if stop.Reason != StopThreadExited {
					stop.TID = tid
				}
				continue
			}
			ev, err := e.drive.WaitEnd()
			switch {
			case err != nil:
				return stop, err
			case ev.EndsProcess():
				return stopOf(e.drive.Ended(ev)), nil
			case ev.Ends():
				e.drive.Ended(ev)
			}
			continue
		}
		// The registers may still be cached; this request asks the kernel.
		_, err := e.target.SignalMask(th.TID)
		if err == nil {
			return stop, nil
		}
		th.Fresh = false
		next, err := e.vanished(th, err)
		if err != nil {
			return stop, err
		}
		stop = next
	}
	return stop, nil
}

// ended records the end of the process.
func (e *mind) ended(ev tracee.Event) *Stop {
	stop := &Stop{Reason: StopExited, TID: ev.TID, Status: ev.Status}
	if ev.Status.Signaled {
		stop.Reason, stop.Signal = StopKilled, ev.Status.Signal
	}
	e.linker.hook = 0
	e.fork = nil
	e.points.Ended()
	e.called.Forget()
	return stop
}

// threadGone forgets a thread.
func (e *mind) threadGone(ev tracee.Event) *Stop {
	if th := e.drive.Thread(ev.TID); th != nil {
		e.vdso.Gone(th)
		e.called.Gone(th)
		e.progress.Ended(th)
	}
	if ev.Child != 0 {
		e.drive.Notify("detached from process %d, which shared the program's memory: it executes another program", ev.Child)
	}
	return &Stop{Reason: StopThreadExited, TID: ev.TID, Gone: ev.TID}
}

// signalStop reports a signal that the user asked to see. It stays pending for the thread if
// the program is to receive it.
func (e *mind) signalStop(th *drive.Thread, ev tracee.Event) (*Stop, error) {
	if e.signals.Of(ev.Signal).Pass {
		if err := e.drive.QueueSignal(th, ev.Signal); err != nil {
			return nil, err
		}
	} else if err := e.target.DropSignal(th.TID); err != nil && !tracee.IsGone(err) {
		e.drive.Notify("signal %d may still reach the program after detach: %v", ev.Signal, err)
	}
	return &Stop{Reason: StopSignal, TID: th.TID, Signal: ev.Signal}, nil
}
