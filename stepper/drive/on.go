package drive

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// on says what an event means to the moves under way: the innermost, m, has let
// threads go and waits. This is the one place that decides it, whoever goes, alone
// or with all others, in a quiet phase or not.
// Precondition: the thread of the event is held, or gone.
func (d *Driver) on(ev tracee.Event, m *Move) Answer {
	m.events++
	th := d.threads[ev.TID]
	if th != nil && m.wide {
		th.Fresh, th.RseqKnown = false, false
	}
	if m.Gait == Single && !m.wide {
		if again, err := d.stepsAgain(ev, m); again || err != nil {
			return Fails(err)
		}
	}
	if ev.Kind == tracee.EventSignal && m.Quiet {
		// One that cannot be held back, or that the instruction raised: the phase ends
		// first, and the kernel restarts the section as it would have.
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
	case tracee.EventSyscall, tracee.EventFork, tracee.EventVfork:
		return d.onChange(ev)
	case tracee.EventSyscallReturn:
		// Stepped, a thread comes here instead of to the end of its step.
		if !d.Restarts(d.Adopt(ev.TID)) {
			return d.stepped(ev.TID)
		}
	case tracee.EventGroupStop:
		if m.Gait == joining {
			return Fails(d.joinGroupStop(ev.TID))
		}
		if !m.Quiet && !m.wide { // in a quiet phase job control waits until that is over
			return Then(&Move{Thread: m.Thread, Gait: joining}, nil)
		}
	case tracee.EventGroupEnd:
		if m.Gait == joining {
			return d.onGroupEnd(ev.TID, m)
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

// goOn lets a thread go on that alone has stopped, while the others run. One that
// moves alone is let go by its move.
func (d *Driver) goOn(tid int) error {
	if !d.departed {
		return nil
	}
	return d.resume(tid)
}

// stepped is the end of a thread's single step.
func (d *Driver) stepped(tid int) Answer {
	for i := len(d.moves) - 1; i >= 0; i-- {
		if m := d.moves[i]; m.Gait == Single && m.Thread.TID == tid {
			return Answer{arrived: true, of: m}
		}
	}
	return Fails(d.goOn(tid))
}

// stepsAgain reports whether the instruction of a single step is still to be done,
// and nothing else about an event: it was met by the hardware breakpoint that the
// thread stands on, or its signal waits until the instruction has been executed.
func (d *Driver) stepsAgain(ev tracee.Event, m *Move) (bool, error) {
	if stood, err := d.stoodOnHardware(m.Thread, ev, m.from); stood || err != nil {
		return stood, err
	}
	if m.Quiet {
		return false, nil
	}
	return d.Holds && d.waits(m.Thread, &ev) || m.events > 1 && d.keepBack(m.Thread, &ev), nil
}

// onBlocked lets the other threads go too: one of them may hold what the thread of
// the move waits for.
func (d *Driver) onBlocked(m *Move) Answer {
	d.released, d.departed = true, false
	if m.Quiet {
		return Arrive() // it has run for as long as it may
	}
	return Fails(d.widen(m))
}

// catches holds every thread for an event that one of the user's catchpoints is
// for, or whose process is to be followed, and decides on the former. decided: the
// event means nothing else; its thread may have been killed since.
func (d *Driver) catches(ev tracee.Event) (a Answer, decided bool) {
	if d.mind.Concern(&ev) != Caught {
		return Answer{}, false
	}
	if err := d.Pause(); err != nil {
		return Fails(err), true
	}
	if !d.target.Held(ev.TID) {
		return Answer{}, true // its end is the next event
	}
	a = d.mind.Caught(ev)
	return a, !a.GoesOn()
}
