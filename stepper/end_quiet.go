package stepper

import (
	"errors"
	"time"
)

// partQuiet bounds what a section is still stepped when the debugger parts with
// the program, instructions, and partPatience how long the rest of one may then run
// natively: half a second each.
const (
	partQuiet    = 20000
	partPatience = 500 * time.Millisecond
)

// endQuiet ends a thread's quiet phase: at once, or, when the thread stands
// inside a section, after stepping it to its exit, so that what it began
// commits. A breakpoint inside that says stop comes first.
func (e *Engine) endQuiet(th *thread) (*Stop, error) {
	if e.policy.StandsToMeet {
		if stop, err := e.quietStop(th); stop != nil || err != nil {
			return stop, err
		}
	}
	for n := 0; th.quiet != nil; n++ {
		if err := e.load(th); err != nil {
			return nil, err
		}
		if !th.quiet.Inside(th.regs.PC()) {
			return nil, e.restoreRegistration(th)
		}
		if _, stop, err := e.quietOn(th, n); stop != nil || err != nil {
			return stop, err
		}
		if stop, err := e.quietStop(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, nil
}

// endAllQuiet ends the quiet phases of all threads but one (nil: none excepted). A
// thread that may not run is not stepped for it: its section is restarted later.
func (e *Engine) endAllQuiet(but *thread) (*Stop, error) {
	for _, tid := range e.target.Threads() {
		th := e.threads[tid]
		if th == nil || th == but || th.quiet == nil {
			continue
		}
		if !e.mayRun(tid) { // it stays where it is
			if err := e.restoreRegistration(th); err != nil && !isGone(err) {
				return nil, err
			}
			continue
		}
		if stop, err := e.endQuiet(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, nil
}

// restoreRegistrations ends every quiet phase for the debugger to part with the program:
// sections commit, breakpoints inside are passed over, and whatever comes in
// between leaves the thread registered, its section to be restarted.
func (e *Engine) restoreRegistrations() error {
	var err error
	for _, tid := range e.target.Threads() {
		th := e.threads[tid]
		if th == nil || th.quiet == nil {
			continue
		}
		for n := 0; n < partQuiet && th.quiet != nil; n++ {
			if e.load(th) != nil || !th.quiet.Inside(th.regs.PC()) {
				break
			}
			if where := e.quietPlaces(th); n >= quietBurst && where != nil {
				_, _, failed := e.quietRun(th, e.sections.Exits(th.quiet.Body), partPatience)
				if !isGone(failed) {
					err = errors.Join(err, failed)
				}
				break
			}
			if _, stop, failed := e.quietStep(th); stop != nil || failed != nil {
				if !isGone(failed) {
					err = errors.Join(err, failed)
				}
				break
			}
		}
		if failed := e.restoreRegistration(th); !isGone(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
