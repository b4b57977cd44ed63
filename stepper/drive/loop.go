package drive

import (
	"errors"
)

// Do runs a move and every move that must run before it. It is the only loop that resumes threads
// and waits for them. Every thread is held when Do begins and when it returns, and whenever it
// calls a decision. arrived is true if the move reached its end; otherwise stop or err says why
// it did not.
//
// The unfinished moves form a stack. The loop advances the innermost one. When a thread reaches a
// place, the loop calls the decisions of all moves for it; a move that arrives ends the moves
// inside it.
func (d *Driver) Do(m *Move) (arrived bool, stop Stop, err error) {
	base := len(d.moves)
	for a := Then(m, nil); ; {
		switch {
		case a.end != nil:
			err := d.endAll(base, a.end.err)
			return false, a.end.stop, err
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
	m.asker = a.of
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

// pop ends the move of that has arrived (nil: the innermost) and those inside it, and asks its
// asker what is next.
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

// finish removes a move and those inside it from the stack.
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

// endAll ends all moves of a command that ends before they have arrived.
func (d *Driver) endAll(base int, err error) error {
	if err != nil && d.target.Alive() {
		d.released = true // the kernel may have resumed a thread, or a thread is dying
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

// put calls question on behalf of the move of, after loading the registers of its thread.
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

// plan calls the plan of a move, after loading the registers of its thread.
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

// advance runs the next part of the innermost move.
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
