package stepper

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// do makes a move and all that it turns out to need first. It is the one loop that
// lets threads go and waits for them: before and after it every thread is held,
// and so they are whenever anything is asked. arrived: the move has come to its end;
// a Stop or an error says what came in between.
//
// The moves under way are a stack. The innermost is carried on; when its thread, or
// another one, comes to a place, all of them are asked about it, and one that has
// arrived ends those inside it.
func (e *Engine) do(m *move) (arrived bool, stop *Stop, err error) {
	base := len(e.moves)
	for a := then(m, nil); ; {
		switch {
		case a.stop != nil || a.err != nil:
			err := e.endAll(base, a.err)
			return false, a.stop, err
		case a.then != nil:
			a = e.push(a)
		case a.arrived:
			a = e.pop(a.of, base)
			if len(e.moves) == base && a.goesOn() {
				return true, nil, e.holdAfter(nil)
			}
		default:
			a = e.advance(e.moves[len(e.moves)-1])
		}
	}
}

// push begins the move that an answer asks for.
func (e *Engine) push(a answer) answer {
	m := a.then
	m.asker, m.after = a.of, a.next
	if m.asker == nil && len(e.moves) > 0 {
		m.asker = e.moves[len(e.moves)-1]
	}
	if err := e.pause(); err != nil {
		return fails(err)
	}
	e.moves = append(e.moves, m)
	if m.gait == planned {
		return answer{}
	}
	if err := e.begin(m); err != nil {
		return fails(err)
	}
	return answer{}
}

// pop ends a move that has arrived (nil: the innermost), and those inside it, and
// asks what is next.
func (e *Engine) pop(of *move, base int) answer {
	if err := e.pause(); err != nil {
		return fails(err)
	}
	if of == nil {
		of = e.moves[len(e.moves)-1]
	}
	if err := e.finish(of, endArrived); err != nil {
		return fails(err)
	}
	asker, after := of.asker, of.after
	if of.unit || of.gait == single {
		e.spare = append(e.spare, of)
	}
	if after == nil || len(e.moves) < base {
		return answer{}
	}
	return e.put(asker, after)
}

// finish takes a move off the stack, and those inside it.
func (e *Engine) finish(of *move, how ending) (err error) {
	for {
		m := e.moves[len(e.moves)-1]
		e.moves = e.moves[:len(e.moves)-1]
		if m == of {
			return errors.Join(err, e.finishOne(m, how))
		}
		err = errors.Join(err, e.finishOne(m, endLost))
	}
}

// endAll ends all moves of a command that ends in the middle of them.
func (e *Engine) endAll(base int, err error) error {
	if err != nil && e.target.Alive() {
		e.released = true // a thread may have gone on, or is dying
	}
	err = errors.Join(err, e.pause())
	how := endStopped
	if err != nil {
		how = endFailed
	}
	for len(e.moves) > base {
		m := e.moves[len(e.moves)-1]
		e.moves = e.moves[:len(e.moves)-1]
		err = errors.Join(err, e.finishOne(m, how))
	}
	return e.holdAfter(err)
}

// put asks for a move, with the registers of its thread read.
func (e *Engine) put(of *move, question func() answer) answer {
	if of != nil && e.target.Alive() {
		if err := e.load(of.th); err != nil {
			return fails(err)
		}
	}
	a := question()
	if a.of == nil {
		a.of = of
	}
	return a
}

// advance carries the innermost move on.
func (e *Engine) advance(m *move) answer {
	switch {
	case m.unit:
		if err := e.load(m.th); err != nil {
			return fails(err)
		}
		a := e.askUnit(m)
		if a.of == nil {
			a.of = m
		}
		return a
	case m.gait == planned:
		return e.put(m, m.ask)
	case m.gait == joining:
		return e.goJoining(m)
	case m.wide:
		return e.goWide(m)
	case m.gait == single:
		return e.goSingle(m)
	}
	return e.goNative(m)
}

// begin prepares a move: its traps are planted, and who looks after it is set on it.
func (e *Engine) begin(m *move) error {
	th := m.th
	if err := e.load(th); err != nil {
		return err
	}
	m.from, m.owner = th.regs.PC(), e.book.Fresh(ledger.Way)
	switch {
	case m.gait == single && m.kernel && e.book.Pinned() != 0:
		m.repin = true
		return e.unpin()
	case m.gait != native:
		return nil
	case m.quiet:
		return e.plantTraps(m)
	case m.lone:
		// A breakpoint under the thread's feet is no news.
		if _, waits := m.at[m.from]; e.book.TrapAt(m.from) && !waits && e.target.Inserted(m.from) {
			if err := e.liftTrap(m, m.from); err != nil {
				return err
			}
		}
		if err := e.unwatchPasses(th); err != nil {
			return err
		}
		th.watch.trapped++
		m.close = append(m.close, func() error { th.watch.trapped--; return nil })
		return e.plantTraps(m)
	}
	m.wide = m.alone == 0
	if m.watchdog == nil && !m.free && len(m.at) > 0 {
		m.watchdog = e.watchLine()
		m.close = append(m.close, func() error { m.watchdog.end(); return nil })
	}
	if end := e.count(th, m); end != nil {
		m.close = append(m.close, end)
	}
	if watch := e.watchContinue(m); watch != nil {
		m.sentry, e.sentry = watch, watch
		m.close = append(m.close, func() error {
			watch.end()
			e.sentry = nil
			e.endProbes()
			return nil
		})
	}
	return e.plantTraps(m)
}

// finishOne gives back what a move has changed.
// Precondition: every thread is held.
func (e *Engine) finishOne(m *move, how ending) error {
	err := e.clearTraps(m)
	if a := m.lifted; a != 0 {
		m.lifted = 0
		err = errors.Join(err, e.putBack(a))
	}
	if m.kernel {
		// It may have registered rseq, or mapped other code.
		m.th.rseqKnown = false
		e.sections.FlushCode()
	}
	if m.repin && how == endArrived {
		err = errors.Join(err, e.pin(m.th))
	}
	for _, close := range m.close {
		err = errors.Join(err, close())
	}
	m.close = m.close[:0]
	if m.end != nil {
		err = errors.Join(err, m.end(how))
	}
	return err
}

// liftTrap takes a breakpoint out while the thread of a move passes it alone.
func (e *Engine) liftTrap(m *move, a table.Addr) error {
	if err := e.book.TakeOut(a); err != nil {
		return err
	}
	m.lifted = a
	return nil
}

// widen lets every thread go with a move that has been made alone: what its thread
// waits for may be another one's to do. Breakpoints that it was to pass are back first,
// and its signals come.
func (e *Engine) widen(m *move) error {
	m.wide = true
	for _, o := range e.moves {
		if a := o.lifted; a != 0 {
			o.lifted = 0
			if err := e.putBack(a); err != nil {
				return err
			}
		}
	}
	if e.book.Blocked(m.th.tid) {
		if err := errors.Join(e.pause(), e.unblockSignals(m.th)); err != nil {
			return err
		}
	}
	if m.overdue != nil {
		e.watchUnit(m)
		m.close = append(m.close, func() error { m.watchdog.end(); return nil })
	}
	return nil
}

// pause holds every thread in the middle of a move.
func (e *Engine) pause() error {
	if !e.released || !e.target.Alive() {
		return nil
	}
	return e.hold()
}

// hold is Target.Hold; what is known of the threads' registers is forgotten.
func (e *Engine) hold() error {
	err := e.target.Hold()
	e.departed = false
	if err == nil {
		e.released = false
	}
	e.moved()
	return err
}

// holdAfter holds every thread at the end of a move.
func (e *Engine) holdAfter(err error) error {
	if !e.target.Alive() || len(e.moves) > 0 {
		return err
	}
	return errors.Join(err, e.pause(), e.unwatchAll())
}
