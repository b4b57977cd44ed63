package units

import (
	"errors"
	"syscall"
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

// End returns the move that ends a thread's quiet phase: immediately, or, if the thread is inside a section,
// after stepping it to the section's exit, so that the pass commits. A breakpoint inside stops
// it earlier.
func (p *Phases) End(th *drive.Thread) *drive.Move {
	steps := 0
	return drive.Plan(th, func() drive.Answer {
		if steps == 0 && p.policy.Meets {
			if a := p.Host.Stops(th); !a.GoesOn() {
				return a
			}
		}
		if p.Inside(th) == nil {
			return drive.ArriveOr(p.Restore(th))
		}
		steps++
		return p.on(th, steps-1, func(rseq.QuietEnd) drive.Answer { return p.Host.Stops(th) })
	})
}

// First ends the quiet phases before the program runs.
func (p *Phases) First() drive.Answer {
	m, err := p.Next(nil)
	if m == nil || err != nil {
		return drive.Fails(err)
	}
	return drive.Then(m, nil)
}

// Next returns the move that ends the quiet phase of some thread other than but (nil: of any
// thread), nil if there is none. It does not
// step a thread that must not run: the kernel restarts that thread's section later.
func (p *Phases) Next(but *drive.Thread) (*drive.Move, error) {
	if !p.Any() {
		return nil, nil
	}
	for _, tid := range p.Target.Threads() {
		th := p.Drive.Thread(tid)
		if th == nil || th == but || !p.In(th) {
			continue
		}
		if p.Drive.MayRun(tid) {
			return p.End(th), nil
		}
		// The thread keeps its PC.
		if err := p.Drive.Pause(); err != nil {
			return nil, err
		}
		if err := p.Restore(th); err != nil && !errors.Is(err, syscall.ESRCH) {
			return nil, err
		}
	}
	return nil, nil
}

// Part returns the move that takes a thread to its section's exit, unless that takes too long.
func (p *Phases) Part(th *drive.Thread) *drive.Move {
	steps := 0
	return drive.Plan(th, func() drive.Answer {
		if p.Inside(th) == nil || steps >= partQuiet {
			return drive.Arrive()
		}
		if steps++; steps > quietBurst && p.places(th) != nil {
			return p.run(th, p.Sections.Exits(p.of[th].Body), partPatience, func(rseq.QuietEnd) drive.Answer { return drive.Arrive() })
		}
		return p.step(th, func(rseq.QuietEnd) drive.Answer { return drive.Answer{} })
	})
}
