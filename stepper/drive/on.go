package drive

import (
	"errors"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
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
			return ArriveIf(ev.TID == m.Thread.TID) // the others are held until the step is done
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

// onBreakpoint decides at a software breakpoint that a thread has run into.
func (d *Driver) onBreakpoint(ev tracee.Event, m *Move) Answer {
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	th := d.Adopt(ev.TID)
	if m.Quiet {
		return d.quietTrap(m)
	}
	if th == m.Thread && m.Lone && m.Gait == Native {
		// What it waits for comes before a breakpoint of the user's at the same place.
		if a := d.askMove(m, th); !a.GoesOn() {
			return a
		}
	}
	if a := d.meet(th, ev.Addr); !a.GoesOn() || m.Gait != Single || m.wide {
		return a
	}
	return Arrive()
}

// askMove asks a move about the place that its thread has come to.
func (d *Driver) askMove(m *Move, th *Thread) Answer {
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	decide, ok := m.At[th.Regs.PC()]
	if !ok {
		return Answer{}
	}
	a := decide(th)
	if a.of == nil {
		a.of = m
	}
	return a
}

// quietTrap is askMove for a thread of a quiet phase, in which nothing else is asked.
func (d *Driver) quietTrap(m *Move) Answer {
	if m.Gait == Single {
		return Arrive()
	}
	return d.askMove(m, m.Thread)
}

// onDebug decides at a debug register: the user's, or one of ours.
func (d *Driver) onDebug(ev tracee.Event, m *Move) Answer {
	if a, done := d.mind.Passed(&ev); !a.GoesOn() {
		return a
	} else if done {
		return Fails(d.goOn(ev.TID))
	}
	if d.book.Free(ev.Slot & 3) {
		return d.ownDebug(ev, m)
	}
	if m.Gait == Native && m.events == 1 && !m.wide {
		if stood, err := d.stoodOnHardware(m.Thread, ev, m.from); stood || err != nil {
			return Fails(err)
		}
	}
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	if a := d.mind.Met(d.Adopt(ev.TID), ev); !a.GoesOn() || m.Gait != Single || m.wide {
		return a
	}
	return Arrive()
}

// ownDebug decides at a debug register that a move has taken.
func (d *Driver) ownDebug(ev tracee.Event, m *Move) Answer {
	if m.Quiet {
		return d.quietTrap(m)
	}
	if m.Gait == Single && !m.wide {
		return Answer{} // a point of a move that has ended (passwatch.go)
	}
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	th := d.Adopt(ev.TID)
	for i := len(d.moves) - 1; i >= 0; i-- {
		if o := d.moves[i]; o.Registers && o.Thread == th {
			if a := d.askMove(o, th); !a.GoesOn() {
				return a
			}
		}
	}
	if err := d.Load(th); err != nil {
		return Fails(err)
	}
	return d.AtTrap(th, th.Regs.PC())
}

// onSignal deals with a signal that came to a thread. A handler that passes
// silently in the middle of a single step runs to its end, as gdb has it.
func (d *Driver) onSignal(ev tracee.Event, m *Move) Answer {
	th := d.Adopt(ev.TID)
	a, passes := d.mind.Signal(th, ev)
	if !a.GoesOn() {
		return a
	}
	if passes {
		if o := d.stepping(th); o != nil && !m.Quiet {
			if err := d.Pause(); err != nil {
				return Fails(err)
			}
			return d.handle(th, ev.Signal)
		}
		if err := d.QueueSignal(th, ev.Signal); err != nil {
			return Fails(err)
		}
	}
	if m.Quiet {
		return Arrive() // the phase is over
	}
	return Fails(d.goOn(ev.TID))
}

// stepping is the move that steps one instruction of a thread, nil for none.
func (d *Driver) stepping(th *Thread) *Move {
	for i := len(d.moves) - 1; i >= 0; i-- {
		if m := d.moves[i]; m.Thread == th && m.Gait != Planned {
			if m.Gait == Single {
				return m
			}
			return nil
		}
	}
	return nil
}

// onChange has the Mind carry out what an event has changed in the process.
func (d *Driver) onChange(ev tracee.Event) Answer {
	goes, err := d.mind.Changed(ev)
	if err != nil {
		return Fails(err)
	}
	return Fails(d.goOn(goes))
}

// onExec starts over in the program that the process executes now. A step ends there. A
// command that runs the program goes on without the places that it was to end at, as
// gdb does: they were in a program that is no more.
func (d *Driver) onExec(ev tracee.Event) Answer {
	if _, err := d.mind.Changed(ev); err != nil {
		return Fails(err)
	}
	alone := false
	for _, m := range d.moves {
		alone = alone || m.Lone || m.Gait != Native
	}
	outermost := d.moves[0]
	if !alone {
		for len(d.moves) > 1 {
			if err := d.finish(d.moves[len(d.moves)-1], Lost); err != nil {
				return Fails(err)
			}
		}
		outermost.loseTraps(d.threads[ev.TID])
	}
	if a := d.mind.Caught(ev); !a.GoesOn() {
		return a
	}
	if alone {
		return Halt(d.mind.Ends(ev))
	}
	return Fails(d.goOn(ev.TID))
}

// loseTraps makes a move one that waits for nothing. A Continue is looked after as before.
func (m *Move) loseTraps(th *Thread) {
	m.Thread, m.wide, m.Free, m.Over, m.Overdue, m.Watchdog = th, true, true, false, nil, nil
	m.At, m.order, m.sites, m.slots, m.Sections, m.Escape = nil, nil, nil, nil, nil, 0
}

// onExit ends what waits for a thread that has gone.
func (d *Driver) onExit(ev tracee.Event) Answer {
	waited := d.waitsFor(ev.TID)
	stop := d.Ended(ev)
	if waited || d.lastOnly() {
		return Halt(stop)
	}
	return Answer{}
}

// waitsFor reports whether a move ends with thread tid.
func (d *Driver) waitsFor(tid int) bool {
	for _, m := range d.moves {
		if m.Thread.TID == tid && !m.Free {
			return true
		}
	}
	return false
}

// onInterrupt ends the command when the user asks for it. Else it is time to look at
// a thread that takes long, or the request belonged to a command that has ended.
func (d *Driver) onInterrupt(ev tracee.Event, m *Move) Answer {
	if d.interrupt.take() {
		if d.threads[d.current] != nil {
			ev.TID = d.current
		}
		return Halt(d.mind.Ends(ev))
	}
	if m.Gait == joining {
		return Fails(d.joinGroupStop(ev.TID))
	}
	if !m.wide {
		return Answer{}
	}
	// More threads than this one may have been asked to stop, one after the other,
	// and would stay so unnoticed.
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	switch {
	case m.Watchdog.due() && m.Overdue != nil:
		return d.lookOverdue(m)
	case m.Woken != nil:
		m.Woken()
	}
	return Answer{}
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

// stoodOnHardware reports whether an event is only the hardware breakpoint the
// thread stood on already: it is met before its instruction, so once more when
// going on from there, and nothing has run.
func (d *Driver) stoodOnHardware(th *Thread, ev tracee.Event, from table.Addr) (bool, error) {
	if ev.Kind != tracee.EventDebug || !d.book.HardwareAt(from) {
		return false, nil
	}
	if err := d.Load(th); err != nil {
		if isGone(err) {
			return false, nil
		}
		return false, err
	}
	return th.Regs.PC() == from, nil
}
