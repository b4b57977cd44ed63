package drive

import (
	"errors"
)

// Do makes a move and all that it turns out to need first. It is the one loop that
// lets threads go and waits for them: before and after it every thread is held,
// and so they are whenever anything is asked. arrived: the move has come to its end;
// a Stop or an error says what came in between.
//
// The moves under way are a stack. The innermost is carried on; when its thread, or
// another one, comes to a place, all of them are asked about it, and one that has
// arrived ends those inside it.
func (d *Driver) Do(m *Move) (arrived bool, stop Stop, err error) {
	base := len(d.moves)
	for a := Then(m, nil); ; {
		switch {
		case a.stop != nil || a.err != nil:
			err := d.endAll(base, a.err)
			return false, a.stop, err
		case a.then != nil:
			a = d.push(a)
		case a.arrived:
			a = d.pop(a.of, base)
			if len(d.moves) == base && a.GoesOn() {
				return true, nil, d.holdAfter(nil)
			}
		default:
			a = d.advance(d.moves[len(d.moves)-1])
		}
	}
}

// push begins the move that an answer asks for.
func (d *Driver) push(a Answer) Answer {
	m := a.then
	m.asker, m.after = a.of, a.next
	if m.asker == nil && len(d.moves) > 0 {
		m.asker = d.moves[len(d.moves)-1]
	}
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	d.moves = append(d.moves, m)
	if m.Gait == Planned {
		return Answer{}
	}
	if err := d.begin(m); err != nil {
		return Fails(err)
	}
	return Answer{}
}

// pop ends a move that has arrived (nil: the innermost), and those inside it, and
// asks what is next.
func (d *Driver) pop(of *Move, base int) Answer {
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	if of == nil {
		of = d.moves[len(d.moves)-1]
	}
	if err := d.finish(of, Arrived); err != nil {
		return Fails(err)
	}
	asker, after := of.asker, of.after
	if of.again {
		d.spare = append(d.spare, of)
	}
	if after == nil || len(d.moves) < base {
		return Answer{}
	}
	return d.put(asker, after)
}

// finish takes a move off the stack, and those inside it.
func (d *Driver) finish(of *Move, how Ending) (err error) {
	for {
		m := d.moves[len(d.moves)-1]
		d.moves = d.moves[:len(d.moves)-1]
		if m == of {
			return errors.Join(err, d.finishOne(m, how))
		}
		err = errors.Join(err, d.finishOne(m, Lost))
	}
}

// endAll ends all moves of a command that ends in the middle of them.
func (d *Driver) endAll(base int, err error) error {
	if err != nil && d.target.Alive() {
		d.released = true // a thread may have gone on, or is dying
	}
	err = errors.Join(err, d.Pause())
	how := Halted
	if err != nil {
		how = Failed
	}
	for len(d.moves) > base {
		m := d.moves[len(d.moves)-1]
		d.moves = d.moves[:len(d.moves)-1]
		err = errors.Join(err, d.finishOne(m, how))
	}
	return d.holdAfter(err)
}

// put asks for a move, with the registers of its thread read.
func (d *Driver) put(of *Move, question func() Answer) Answer {
	if of != nil && d.target.Alive() {
		if err := d.Load(of.Thread); err != nil {
			return Fails(err)
		}
	}
	a := question()
	if a.of == nil {
		a.of = of
	}
	return a
}

// plan is put for the plan of a move.
func (d *Driver) plan(m *Move) Answer {
	if d.target.Alive() {
		if err := d.Load(m.Thread); err != nil {
			return Fails(err)
		}
	}
	a := m.Ask(m)
	if a.of == nil {
		a.of = m
	}
	return a
}

// advance carries the innermost move on.
func (d *Driver) advance(m *Move) Answer {
	switch {
	case m.Gait == Planned:
		return d.plan(m)
	case m.Gait == joining:
		return d.goJoining(m)
	case m.wide:
		return d.goWide(m)
	case m.Gait == Single:
		return d.goSingle(m)
	}
	return d.goNative(m)
}
