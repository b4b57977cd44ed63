package stepper

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// on says what an event means to the moves under way: the innermost, m, has let
// threads go and waits. This is the one place that decides it, whoever goes, alone
// or with all others, in a quiet phase or not.
// Precondition: the thread of the event is held, or gone.
func (e *Engine) on(ev tracee.Event, m *move) answer {
	m.events++
	th := e.threads[ev.TID]
	if th != nil && m.wide {
		th.fresh, th.rseqKnown = false, false
	}
	if m.gait == single && !m.wide {
		if again, err := e.stepsAgain(ev, m); again || err != nil {
			return fails(err)
		}
	}
	if ev.Kind == tracee.EventSignal && m.quiet {
		// One that cannot be held back, or that the instruction raised: the phase ends
		// first, and the kernel restarts the section as it would have.
		if err := errors.Join(e.load(m.th), e.restoreRegistration(m.th)); err != nil {
			return fails(err)
		}
	}
	if a, decided := e.catches(ev); decided {
		return a
	}
	switch ev.Kind {
	case tracee.EventStep:
		return e.stepped(ev.TID)
	case tracee.EventBlocked:
		return e.onBlocked(m)
	case tracee.EventBreakpoint:
		return e.onBreakpoint(ev, m)
	case tracee.EventDebug:
		return e.onDebug(ev, m)
	case tracee.EventSignal:
		return e.onSignal(ev, m)
	case tracee.EventClone:
		e.made(ev)
		return fails(errors.Join(e.goOn(ev.TID), e.goOn(ev.Child)))
	case tracee.EventSyscall:
		return fails(e.provideAt(ev.TID))
	case tracee.EventSyscallReturn:
		// Stepped, a thread comes here instead of to the end of its step.
		if !e.toBeRestarted(e.adopt(ev.TID)) {
			return e.stepped(ev.TID)
		}
	case tracee.EventFork, tracee.EventVfork:
		return e.onFork(ev)
	case tracee.EventGroupStop:
		if !m.quiet && !m.wide { // in a quiet phase job control waits until that is over
			return then(&move{th: m.th, gait: joining}, nil)
		}
	case tracee.EventExec:
		return e.onExec(ev)
	case tracee.EventExit:
		return e.onExit(ev)
	case tracee.EventProcessExit:
		return stopped(e.ended(ev), nil)
	case tracee.EventInterrupt:
		return e.onInterrupt(ev, m)
	}
	return fails(e.goOn(ev.TID))
}

// goOn lets a thread go on that alone has stopped, while the others run. One that
// moves alone is let go by its move.
func (e *Engine) goOn(tid int) error {
	if !e.departed {
		return nil
	}
	return e.resume(tid)
}

// stepped is the end of a thread's single step.
func (e *Engine) stepped(tid int) answer {
	for i := len(e.moves) - 1; i >= 0; i-- {
		if m := e.moves[i]; m.gait == single && m.th.tid == tid {
			return answer{arrived: true, of: m}
		}
	}
	return fails(e.goOn(tid))
}

// stepsAgain reports whether the instruction of a single step is still to be done,
// and nothing else about an event: it was met by the hardware breakpoint that the
// thread stands on, or its signal waits until the instruction has been executed.
func (e *Engine) stepsAgain(ev tracee.Event, m *move) (bool, error) {
	if stood, err := e.stoodOnHardware(m.th, ev, m.from); stood || err != nil {
		return stood, err
	}
	if m.quiet {
		return false, nil
	}
	return e.alone && e.waits(m.th, ev) || m.events > 1 && e.keepBack(m.th, ev), nil
}

// onBlocked lets the other threads go too: one of them may hold what the thread of
// the move waits for.
func (e *Engine) onBlocked(m *move) answer {
	e.released, e.departed = true, false
	if m.quiet {
		return arrive() // it has run for as long as it may
	}
	return fails(e.widen(m))
}

// onBreakpoint decides at a software breakpoint that a thread has run into.
func (e *Engine) onBreakpoint(ev tracee.Event, m *move) answer {
	if err := e.pause(); err != nil {
		return fails(err)
	}
	th := e.adopt(ev.TID)
	if m.quiet {
		return e.quietTrap(m)
	}
	if th == m.th && m.lone && m.gait == native {
		// What it waits for comes before a breakpoint of the user's at the same place.
		if a := e.askMove(m, th); !a.goesOn() {
			return a
		}
	}
	if a := e.meet(th, ev.Addr); !a.goesOn() || m.gait != single || m.wide {
		return a
	}
	return arrive()
}

// askMove asks a move about the place that its thread has come to.
func (e *Engine) askMove(m *move, th *thread) answer {
	if err := e.load(th); err != nil {
		return fails(err)
	}
	d, ok := m.at[th.regs.PC()]
	if !ok {
		return answer{}
	}
	a := d(th)
	if a.of == nil {
		a.of = m
	}
	return a
}

// quietTrap is askMove for a thread of a quiet phase, in which nothing else is asked.
func (e *Engine) quietTrap(m *move) answer {
	if m.gait == single {
		return arrive()
	}
	return e.askMove(m, m.th)
}

// onDebug decides at a debug register: the user's, or one of ours.
func (e *Engine) onDebug(ev tracee.Event, m *move) answer {
	switch arms, done, err := e.passHit(&ev); {
	case err != nil:
		return fails(err)
	case done && arms != nil:
		return then(e.countedPass(e.adopt(ev.TID), arms), nil)
	case done:
		return fails(e.goOn(ev.TID))
	}
	if e.book.Free(ev.Slot & 3) {
		return e.ownDebug(ev, m)
	}
	if m.gait == native && m.events == 1 && !m.wide {
		if stood, err := e.stoodOnHardware(m.th, ev, m.from); stood || err != nil {
			return fails(err)
		}
	}
	if err := e.pause(); err != nil {
		return fails(err)
	}
	if a := stopped(e.debugHit(e.adopt(ev.TID), ev)); !a.goesOn() || m.gait != single || m.wide {
		return a
	}
	return arrive()
}

// ownDebug decides at a debug register that a move has taken.
func (e *Engine) ownDebug(ev tracee.Event, m *move) answer {
	if m.quiet {
		return e.quietTrap(m)
	}
	if m.gait == single && !m.wide {
		return answer{} // a point of a move that has ended (passwatch.go)
	}
	if err := e.pause(); err != nil {
		return fails(err)
	}
	th := e.adopt(ev.TID)
	for i := len(e.moves) - 1; i >= 0; i-- {
		if o := e.moves[i]; o.registers && o.th == th {
			if a := e.askMove(o, th); !a.goesOn() {
				return a
			}
		}
	}
	if err := e.load(th); err != nil {
		return fails(err)
	}
	return e.atTrap(th, th.regs.PC())
}

// onSignal deals with a signal that came to a thread. A handler that passes
// silently in the middle of a single step runs to its end, as gdb has it.
func (e *Engine) onSignal(ev tracee.Event, m *move) answer {
	th, d := e.adopt(ev.TID), e.signals.Of(ev.Signal)
	if d.Stop {
		return stopped(e.signalStop(th, ev))
	}
	if d.Print {
		e.notifySignal(th, ev.Signal)
	}
	if d.Pass {
		if o := e.stepping(th); o != nil && !m.quiet {
			if err := e.pause(); err != nil {
				return fails(err)
			}
			return e.handle(th, ev.Signal)
		}
		if err := e.queueSignal(th, ev.Signal); err != nil {
			return fails(err)
		}
	}
	if m.quiet {
		return arrive() // the phase is over
	}
	return fails(e.goOn(ev.TID))
}

// stepping is the move that steps one instruction of a thread, nil for none.
func (e *Engine) stepping(th *thread) *move {
	for i := len(e.moves) - 1; i >= 0; i-- {
		if m := e.moves[i]; m.th == th && m.gait != planned {
			if m.gait == single {
				return m
			}
			return nil
		}
	}
	return nil
}

// onFork keeps the process that the user wants.
func (e *Engine) onFork(ev tracee.Event) answer {
	if err := e.forked(ev); err != nil {
		return fails(err)
	}
	if e.policy.FollowFork == FollowChild {
		return fails(e.goOn(ev.Child))
	}
	return fails(e.goOn(ev.TID))
}

// onExec starts over in the program that the process executes now. A step ends there. A
// command that runs the program goes on without the places that it was to end at, as
// gdb does: they were in a program that is no more.
func (e *Engine) onExec(ev tracee.Event) answer {
	if err := e.executed(ev); err != nil {
		return fails(err)
	}
	alone := false
	for _, m := range e.moves {
		alone = alone || m.lone || m.gait != native
	}
	outermost := e.moves[0]
	if !alone {
		for len(e.moves) > 1 {
			if err := e.finish(e.moves[len(e.moves)-1], endLost); err != nil {
				return fails(err)
			}
		}
		outermost.loseTraps(e.threads[ev.TID])
	}
	if a := stopped(e.catchpoint(ev)); !a.goesOn() {
		return a
	}
	if alone {
		return stopped(&Stop{Reason: StopExec, TID: ev.TID}, nil)
	}
	return fails(e.goOn(ev.TID))
}

// loseTraps makes a move one that waits for nothing. A Continue is looked after as before.
func (m *move) loseTraps(th *thread) {
	m.th, m.wide, m.free, m.over, m.overdue, m.watchdog = th, true, true, false, nil, nil
	m.at, m.order, m.sites, m.slots, m.sections, m.escape = nil, nil, nil, nil, nil, 0
	m.sentry.renew()
}

// onExit ends what waits for a thread that has gone.
func (e *Engine) onExit(ev tracee.Event) answer {
	waited := e.waitsFor(ev.TID)
	stop := e.threadGone(ev)
	if waited || e.lastOnly() {
		return stopped(stop, nil)
	}
	return answer{}
}

// waitsFor reports whether a move ends with thread tid.
func (e *Engine) waitsFor(tid int) bool {
	for _, m := range e.moves {
		if m.th.tid == tid && !m.free {
			return true
		}
	}
	return false
}

// onInterrupt ends the command when the user asks for it. Else it is time to look at
// a thread that takes long, or the request belonged to a command that has ended.
func (e *Engine) onInterrupt(ev tracee.Event, m *move) answer {
	if e.interrupt.take() {
		tid := ev.TID
		if _, ok := e.threads[e.current]; ok {
			tid = e.current
		}
		return stopped(&Stop{Reason: StopInterrupt, TID: tid}, nil)
	}
	if !m.wide {
		return answer{}
	}
	// More threads than this one may have been asked to stop, one after the other,
	// and would stay so unnoticed.
	if err := e.pause(); err != nil {
		return fails(err)
	}
	switch {
	case m.watchdog.due() && m.overdue != nil:
		return e.lookOverdue(m)
	case m.sentry.due():
		e.closely(m.sentry)
	}
	return answer{}
}

// catches holds every thread for an event that one of the user's catchpoints is
// for, or whose process is to be followed, and decides on the former. decided: the
// event means nothing else; its thread may have been killed since.
func (e *Engine) catches(ev tracee.Event) (a answer, decided bool) {
	forks := ev.Kind == tracee.EventFork || ev.Kind == tracee.EventVfork
	if forks {
		e.fork = &undecided{event: ev} // should this fail before it is decided
	}
	if ev.Kind == tracee.EventExec || !e.points.Catches(&ev) && !(forks && e.policy.FollowFork == FollowChild) {
		return answer{}, false
	}
	if err := e.pause(); err != nil {
		return fails(err), true
	}
	if !e.target.Held(ev.TID) {
		return answer{}, true // its end is the next event
	}
	a = stopped(e.catchpoint(ev))
	return a, !a.goesOn()
}
