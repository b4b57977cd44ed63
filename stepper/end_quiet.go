package stepper

import (
	"errors"
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
)

// When the debugger detaches, partQuiet bounds how many instructions of a section it still
// steps, and partPatience how long the rest may then run natively: half a second each.
const (
	partQuiet    = 20000
	partPatience = 500 * time.Millisecond
)

// endQuiet ends a thread's quiet phase: immediately, or, if the thread is inside a section,
// after stepping it to the section's exit, so that the pass commits. A breakpoint inside stops
// it earlier.
func (e *Engine) endQuiet(th *thread) *drive.Move {
	steps := 0
	return plan(th, func() drive.Answer {
		if steps == 0 && e.policy.StandsToMeet {
			if a := stopped(e.quietStop(th)); !a.GoesOn() {
				return a
			}
		}
		if q := th.quiet; q == nil || !q.Inside(th.Regs.PC()) {
			return drive.ArriveOr(e.restoreRegistration(th))
		}
		steps++
		return e.quietOn(th, steps-1, func(rseq.QuietEnd) drive.Answer { return stopped(e.quietStop(th)) })
	})
}

// endAllQuiet ends the quiet phases of all threads except but (nil: of all threads).
func (e *Engine) endAllQuiet(but *thread) (*Stop, error) {
	for {
		m, err := e.nextQuiet(but)
		if m == nil || err != nil {
			return nil, err
		}
		if _, stop, err := e.do(m); stop != nil || err != nil {
			return stop, err
		}
	}
}

// quietFirst ends the quiet phases before the program runs.
func (e *Engine) quietFirst() drive.Answer {
	m, err := e.nextQuiet(nil)
	if m == nil || err != nil {
		return drive.Fails(err)
	}
	return drive.Then(m, nil)
}

// nextQuiet is the move that ends some thread's quiet phase, nil if there is none. It does not
// step a thread that must not run: the kernel restarts that thread's section later.
func (e *Engine) nextQuiet(but *thread) (*drive.Move, error) {
	if !e.anyQuiet() {
		return nil, nil
	}
	for _, tid := range e.target.Threads() {
		th := e.thread(tid)
		if th == nil || th == but || th.quiet == nil {
			continue
		}
		if e.drive.MayRun(tid) {
			return e.endQuiet(th), nil
		}
		// The thread keeps its PC.
		if err := e.drive.Pause(); err != nil {
			return nil, err
		}
		if err := e.restoreRegistration(th); err != nil && !isGone(err) {
			return nil, err
		}
	}
	return nil, nil
}

// restoreRegistrations ends every quiet phase before the debugger detaches: sections commit,
// breakpoints inside them are ignored, and if something interrupts this, the thread is
// registered again and the kernel restarts its section.
func (e *Engine) restoreRegistrations() error {
	var err error
	for _, tid := range e.target.Threads() {
		th := e.thread(tid)
		if th == nil || th.quiet == nil {
			continue
		}
		if _, _, failed := e.do(e.partFrom(th)); !isGone(failed) {
			err = errors.Join(err, failed)
		}
		if failed := e.restoreRegistration(th); !isGone(failed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// partFrom takes a thread to its section's exit, unless that takes too long.
func (e *Engine) partFrom(th *thread) *drive.Move {
	steps := 0
	return plan(th, func() drive.Answer {
		if q := th.quiet; q == nil || steps >= partQuiet || !q.Inside(th.Regs.PC()) {
			return drive.Arrive()
		}
		if steps++; steps > quietBurst && e.quietPlaces(th) != nil {
			return e.quietRun(th, e.sections.Exits(th.quiet.Body), partPatience, func(rseq.QuietEnd) drive.Answer { return drive.Arrive() })
		}
		return e.quietStep(th, func(rseq.QuietEnd) drive.Answer { return drive.Answer{} })
	})
}
