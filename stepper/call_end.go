package stepper

import (
	"errors"
)

// holds reports whether a call has not returned yet.
func (th *thread) holds(d *called) bool {
	for _, have := range th.called {
		if have == d {
			return true
		}
	}
	return false
}

// callReturned checks whether a called function has just returned, and if so restores the
// thread to its state before the call. It drops calls made inside that one which never returned
// (longjmp).
// Precondition: every thread is held.
func (e *Engine) callReturned(th *thread) (*Stop, error) {
	if len(th.called) == 0 {
		return nil, nil
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	for i := len(th.called) - 1; i >= 0; i-- {
		d := th.called[i]
		if th.Regs.PC() != d.back || th.Regs.SP() != d.sp {
			continue
		}
		r := &CallResult{Integers: th.Regs.Results()}
		area, err := e.target.XState(th.TID)
		if err == nil {
			r.XState = area
			err = e.restore(th, d, false)
		}
		if err != nil {
			return nil, err
		}
		return &Stop{Reason: StopCallReturned, TID: th.TID, Returned: r, call: d}, nil
	}
	return nil, nil
}

// dropCall forgets a call and those inside it, and removes their traps.
func (e *Engine) dropCall(th *thread, d *called) {
	for th.holds(d) {
		last := th.called[len(th.called)-1]
		th.called = th.called[:len(th.called)-1]
		if err := e.book.Unplant(last.back, last.trap); err != nil && !isGone(err) {
			e.drive.Notify("%v", err) // not undone yet: see restoreRest
		}
	}
}

// staleDepth bounds the search for a call's frame on a stack, frames.
const staleDepth = 1000

func (e *Engine) reaches(th *thread, d *called) bool {
	for _, f := range e.symbols.Frames(&th.Regs, e.target, staleDepth) {
		if f.PC == d.back && f.Regs.SP() == d.sp {
			return true
		}
	}
	return false
}

// unwindAll restores every thread to its state before its abandoned calls: if it were detached
// in them, it would return to an address where there is no code.
func (e *Engine) unwindAll() error {
	var err error
	for th := range e.threads() {
		if len(th.called) == 0 || !e.target.Alive() {
			continue
		}
		if failed := e.restore(th, th.called[0], true); !isGone(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// lookAfterCalls runs at the end of a command. It ends calls that returned unnoticed (out of a
// quiet phase), and forgets calls whose frames no longer exist because a longjmp or an
// exception left them.
func (e *Engine) lookAfterCalls() (back *Stop, err error) {
	for th := range e.threads() {
		if len(th.called) == 0 || e.units.Quiet.In(th.Thread) {
			continue
		}
		if stop, err := e.callReturned(th); stop != nil || err != nil {
			return stop, err
		}
		for len(th.called) > 0 && e.load(th) == nil {
			d := th.called[len(th.called)-1]
			// A handler on an alternate stack may have a higher stack pointer as well.
			if th.Regs.SP() < d.sp || e.reaches(th, d) {
				break
			}
			e.dropCall(th, d)
		}
	}
	return nil, nil
}
