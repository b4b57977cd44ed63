package stepper

import (
	"errors"

	"rseqstep/table"
)

// errArrivedOuter ends the journeys that were begun inside the one that has
// arrived (Engine.arrived), and what else is under way in it.
var errArrivedOuter = errors.New("internal: a journey's arrival was lost")

// begin makes a journey one of those under way, inside the others.
func (e *Engine) begin(tr *traps) { e.journeys = append(e.journeys, tr) }

// finished takes the innermost journey, tr, out of those under way. An arrival of
// its own, met by a journey inside it, is taken out of err.
func (e *Engine) finished(tr *traps, arrived bool, err error) (bool, error) {
	e.journeys = e.journeys[:len(e.journeys)-1]
	if e.arrived == tr && errors.Is(err, errArrivedOuter) {
		e.arrived = nil
		return true, withoutError(err, errArrivedOuter)
	}
	return arrived, err
}

// outer goes through the journeys under way other than tr (nil: all), from the
// innermost out, and ends those inside the first that has arrived: a command's
// breakpoints count on whatever way its thread takes.
func (e *Engine) outer(tr *traps, arrived func(*traps) (bool, *Stop, error)) (*Stop, error) {
	for i := len(e.journeys) - 1; i >= 0; i-- {
		o := e.journeys[i]
		if o == tr {
			continue
		}
		arrived, stop, err := arrived(o)
		if stop != nil || err != nil {
			return stop, err
		}
		if arrived {
			e.arrived = o
			return nil, errArrivedOuter
		}
	}
	return nil, nil
}

// atTrap asks every journey about a thread that stands at pc, without having met
// a breakpoint there or with one: its own first, tr, then those around it.
func (e *Engine) atTrap(th *thread, tr *traps, pc table.Addr) (arrived bool, stop *Stop, err error) {
	if decide, ok := tr.at[pc]; ok && th.tid == tr.tid {
		if arrived, stop, err := decide(th); arrived || stop != nil || err != nil {
			return arrived, stop, err
		}
	}
	stop, err = e.meetOuter(th, pc, tr)
	return false, stop, err
}

// meetOuter is meet for the journeys around tr (nil: all).
func (e *Engine) meetOuter(th *thread, at table.Addr, tr *traps) (*Stop, error) {
	return e.outer(tr, func(o *traps) (bool, *Stop, error) {
		if o.tid != th.tid || !e.target.Alive() || th.regs.PC() != at {
			return false, nil, nil
		}
		if contains(o.watch, at) {
			return true, nil, nil
		}
		if decide, ok := o.at[at]; ok {
			return decide(th)
		}
		return false, nil, nil
	})
}

// meetOuterHere is meetOuter of all journeys for a thread that runs alone.
func (e *Engine) meetOuterHere(th *thread, at table.Addr) (*Stop, error) {
	if len(e.journeys) == 0 {
		return nil, nil
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	return e.meetOuter(th, at, nil)
}

// stepOuter ends what is under way inside a journey that waits for the end of the
// single step of a thread.
func (e *Engine) stepOuter(tid int, tr *traps) error {
	_, err := e.outer(tr, func(o *traps) (bool, *Stop, error) { return o.step && o.tid == tid, nil, nil })
	return err
}

// debugOuter is the like for a debug register of the debugger's own.
func (e *Engine) debugOuter(tid int, tr *traps) error {
	_, err := e.outer(tr, func(o *traps) (bool, *Stop, error) { return o.debug && o.tid == tid, nil, nil })
	return err
}

// waitsFor reports whether a journey ends with thread tid.
func (e *Engine) waitsFor(tid int) bool {
	for _, o := range e.journeys {
		if o.tid == tid && !o.free {
			return true
		}
	}
	return false
}

// withoutError is err with one error taken out of those joined in it.
func withoutError(err, out error) error {
	if err == out {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var rest []error
	for _, part := range joined.Unwrap() {
		rest = append(rest, withoutError(part, out))
	}
	return errors.Join(rest...)
}
