package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// owed is what a command has changed in the program for its own purposes and
// could not put back: the request that would have done it failed. It is tried
// again at the end of the command (restoreRest), before the next one, and before the
// program is let go.
type owed struct {
	sites map[table.Addr]bool // breakpoints to be removed; they count in the Engine's sites
	slots map[slotOf]bool     // debug registers to be freed
}

// everyThread stands for all threads, those to come included; see Target.SetDebug.
const everyThread = 0

// slotOf is a debug register of one thread, or of everyThread.
type slotOf struct{ tid, slot int }

// removal notes a breakpoint that could not be removed. It keeps counting as
// planted: a thread that meets it is stepped over it.
func (o *owed) removal(a table.Addr) {
	if o.sites == nil {
		o.sites = map[table.Addr]bool{}
	}
	o.sites[a] = true
}

// release notes a debug register that could not be freed.
func (o *owed) release(tid, slot int) {
	if o.slots == nil {
		o.slots = map[slotOf]bool{}
	}
	o.slots[slotOf{tid, slot}] = true
}

// restoreRest puts back whatever a failed command has left changed: every thread is
// held, breakpoints of the user's are in and the command's own out, debug
// registers free, ended quiet phases registered again, the sections that vectors have
// done left, signal masks and affinities as they were. A quiet phase that goes on is left as it is.
func (e *Engine) restoreRest() error {
	if !e.target.Alive() {
		e.owed = owed{}
		return nil
	}
	var err error
	for _, tid := range e.target.Threads() {
		if !e.target.Held(tid) {
			err = errors.Join(e.hold(), e.unwatchAll())
			break
		}
	}
	todo := e.owed
	e.owed = owed{} // what fails again is noted anew
	for a := range todo.sites {
		again := e.removeTrap(a)
		if isGone(again) {
			delete(e.owed.sites, a)
			delete(e.sites, a)
			continue
		}
		err = errors.Join(err, again)
	}
	for s := range todo.slots {
		again := e.freeSlot(s.tid, s.slot)
		if isGone(again) {
			delete(e.owed.slots, s) // it is
			continue
		}
		err = errors.Join(err, again)
	}
	for a := range e.sites {
		if !e.target.Inserted(a) {
			err = errors.Join(err, e.putBack(a))
		}
	}
	for _, th := range e.threads {
		again := e.takeExit(th)
		if isGone(again) && e.dead(th) {
			th.exit = nil
			continue
		}
		err = errors.Join(err, again)
		if q := th.quiet; q != nil && q.ending {
			again := e.restoreRegistration(th)
			if isGone(again) {
				th.quiet, th.maskSaved = nil, false // it is
				continue
			}
			err = errors.Join(err, again)
		}
		if th.quiet == nil {
			err = errors.Join(err, e.unblockSignals(th))
		}
	}
	if !e.anyQuiet() {
		err = errors.Join(err, e.unpin())
	}
	return err
}

// hasUnrestored reports whether something is still to be put back.
func (e *Engine) hasUnrestored() bool {
	if len(e.owed.sites) > 0 || len(e.owed.slots) > 0 {
		return true
	}
	return e.unsafe()
}

// unsafe reports whether a thread would, let go as it is, run its sections
// unprotected, do the work of one again, or run with its signals blocked.
func (e *Engine) unsafe() bool {
	for _, th := range e.threads {
		if th.exit != nil || th.quiet != nil && th.quiet.ending || th.maskSaved && th.quiet == nil {
			return true
		}
	}
	return false
}

// restoreRestAfter is restoreRest for a command that ended in err: what could not be put back
// is told besides, and once.
func (e *Engine) restoreRestAfter(err error) error {
	if again := e.restoreRest(); again != nil && !isGone(again) {
		return errors.Join(err, fmt.Errorf("and the program is not as it was: %w", again))
	}
	return err
}

// dead reports whether a thread that a request did not find has really gone.
func (e *Engine) dead(th *thread) bool {
	_, err := e.target.SignalMask(th.tid)
	return err != nil
}

// freeSlot frees a debug register of a command's own, or of a breakpoint that is
// no more.
func (e *Engine) freeSlot(tid, slot int) error {
	if !e.target.Alive() || tid == everyThread && e.slots[slot] != 0 { // in use again
		return nil
	}
	if _, ok := e.threads[tid]; !ok && tid != everyThread {
		return nil
	}
	err := e.target.SetDebug(tid, slot, tracee.DebugOff, 0, 0)
	if err != nil { // ESRCH too: a thread may only seem to be gone
		e.owed.release(tid, slot)
	}
	return err
}
