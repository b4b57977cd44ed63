package drive

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// on decides what an event means to the unfinished moves. The innermost, m, has resumed threads
// and waits. No other code decides this, whether one thread runs or all of them, in a quiet phase
// or outside.
// Precondition: the thread of the event is held, or gone.
func (d *Driver) on(ev tracee.Event, m *Move) Answer {
	m.events++
	th := d.threads[ev.TID]
	if th != nil && m.wide {
		th.Fresh, th.RseqKnown = false, false
	}
	if m.Gait == Single && !m.wide {
		switch ev.Kind {
		case tracee.EventStep:
			return Arrive()
		case tracee.EventDebug:
			if stood, err := d.stoodOnHardware(m.Thread, m.from); stood || err != nil {
				return Fails(err)
			}
		}
		if d.stepsAgain(ev, m) {
			return Answer{}
		}
	}
	if ev.Kind == tracee.EventSignal && m.Quiet {
		// The signal cannot be blocked, or the instruction raised it. End the phase first; the
		// kernel then restarts the section, as it would have without the debugger.
		if err := errors.Join(d.Load(m.Thread), d.mind.EndQuiet(m.Thread)); err != nil {
			return Fails(err)
		}
	}
	if a, decided := d.catches(ev); decided {
		return a
	}
	switch ev.Kind {
	case tracee.EventStep:
		return d.stepped(ev.TID)
	case tracee.EventBlocked:
		return d.onBlocked(m)
	case tracee.EventBreakpoint:
		return d.onBreakpoint(ev, m)
	case tracee.EventDebug:
		return d.onDebug(ev, m)
	case tracee.EventSignal:
		return d.onSignal(ev, m)
	case tracee.EventClone:
		d.made(ev)
		return Fails(errors.Join(d.goOn(ev.TID), d.goOn(ev.Child)))
	case tracee.EventSyscall:
		return d.onCall(ev)
	case tracee.EventFork, tracee.EventVfork:
		return d.onFork(ev)
	case tracee.EventSyscallReturn:
		// A single-stepped thread reports this event instead of the end of its step.
		if !d.Restarts(d.Adopt(ev.TID)) {
			return d.stepped(ev.TID)
		}
	case tracee.EventGroupStop:
		if m.Gait == joining {
			return Fails(d.joinGroupStop(ev.TID))
		}
		if !m.Quiet && !m.wide { // in a quiet phase, the group-stop waits for the end of the phase
			return Then(&Move{Thread: m.Thread, Gait: joining}, nil)
		}
	case tracee.EventGroupEnd:
		if m.Gait == joining {
			if m.stale {
				// The end of an earlier stop. The thread still has to enter this one, or the kernel
				// never notifies the parent.
				return Fails(d.joinGroupStop(ev.TID))
			}
			return ArriveIf(ev.TID == m.Thread.TID) // the others stay held until the step is done
		}
	case tracee.EventExec:
		return d.onExec(ev)
	case tracee.EventExit:
		return d.onExit(ev)
	case tracee.EventProcessExit:
		return Halt(d.Ended(ev))
	case tracee.EventInterrupt:
		return d.onInterrupt(ev, m)
	}
	return Fails(d.goOn(ev.TID))
}

// goOn resumes a thread that stopped while the others run. The move resumes a thread that runs
// alone.
func (d *Driver) goOn(tid int) error {
	if !d.departed {
		return nil
	}
	return d.resume(tid)
}

// stepped handles the end of a thread's single step.
func (d *Driver) stepped(tid int) Answer {
	for i := len(d.moves) - 1; i >= 0; i-- {
		if m := d.moves[i]; m.Gait == Single && m.Thread.TID == tid {
			m.Thread.StoppedAt = 0
			return Answer{arrived: true, of: m}
		}
	}
	return Fails(d.goOn(tid))
}

// stepsAgain reports whether the thread must repeat its single step because its signal waits until
// the instruction has run.
func (d *Driver) stepsAgain(ev tracee.Event, m *Move) bool {
	return !m.Quiet && (d.Holds && d.waits(m.Thread, &ev) || m.events > 1 && d.keepBack(m.Thread, &ev))
}

// onBlocked resumes the other threads too, because one of them may hold what the thread of the
// move waits for.
func (d *Driver) onBlocked(m *Move) Answer {
	d.released, d.departed = true, false
	if m.Quiet {
		return Arrive() // it has run as long as the phase allows
	}
	return Fails(d.widen(m))
}

// catches holds every thread for an event that one of the user's catchpoints matches, or whose
// process the debugger must follow, and decides about a catchpoint. decided: the event has no
// other meaning; its thread may have been killed since.
func (d *Driver) catches(ev tracee.Event) (a Answer, decided bool) {
	if d.mind.Concern(&ev) != Caught {
		return Answer{}, false
	}
	if err := d.Pause(); err != nil {
		return Fails(err), true
	}
	if !d.target.Held(ev.TID) {
		return Answer{}, true // its exit is the next event
	}
	a = d.mind.Caught(ev)
	return a, !a.GoesOn()
}
