package observe

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
	"rseqstep/table"
)

// Process calls the observer of a process, if it has one. Its methods return answers for the loop
// and resume no thread.
type Process struct {
	units    *units.Runner
	stop     func(tid int) drive.Stop
	observer Observer
}

// New returns a Process without an observer. stop returns the Stop of a command that the observer
// ends at a thread.
func New(r *units.Runner, stop func(tid int) drive.Stop) *Process {
	return &Process{units: r, stop: stop}
}

// Observe makes o the observer, nil for none.
func (p *Process) Observe(o Observer) Observation {
	p.observer = o
	return Observation{p.units}
}

// Observed reports whether there is an observer.
func (p *Process) Observed() bool { return p.observer != nil }

// Loaded tells the observer that the modules of the process have changed.
func (p *Process) Loaded() {
	if p.observer != nil {
		p.observer.Loaded()
	}
}

// At answers for a thread at a trap of the observer's.
func (p *Process) At(th *drive.Thread, at table.Addr) drive.Answer {
	if p.observer == nil || !p.units.Book.OwnedFor(at, ledger.Observed, ledger.Aborting) {
		return drive.Answer{}
	}
	if p.units.Book.OwnedFor(at, ledger.Aborting) {
		if a := p.abortsAt(th, at); th.Aborted || !a.GoesOn() || !p.units.Book.OwnedFor(at, ledger.Observed) {
			return a
		}
	}
	next, err := p.observer.Reached(th.TID, at)
	return p.passage(th, next, err)
}

// passage is the Answer that makes a thread go on as the observer wants. It is a plan of that
// thread: the move under way may be one of a leader that has ended before its threads. A request to
// stop the command waits for it: the observer would not learn what it wanted to know.
func (p *Process) passage(th *drive.Thread, next Passage, err error) drive.Answer {
	if err != nil || next.Stop {
		return p.halted(th, err)
	}
	if !next.moves() {
		return drive.Answer{}
	}
	moved, resume := false, p.units.Drive.Defer()
	return drive.Then(drive.Plan(th, func() drive.Answer {
		if moved {
			if next.Then == nil || !p.units.Drive.Knows(th) {
				resume()
				return drive.Arrive()
			}
			if next, err = next.Then(th.Regs.PC()); err != nil || next.Stop {
				resume()
				return p.halted(th, err)
			}
		}
		if moved = true; !next.moves() {
			resume()
			return drive.Arrive()
		}
		if len(next.Until) > 0 {
			sp := next.SP
			return drive.Then(drive.Run(th, next.Until, drive.When(func(t *drive.Thread) bool { return t.Regs.SP() > sp }), tracee.BlockPatience), nil)
		}
		return drive.Then(p.units.Unit(th), nil)
	}), nil)
}

// halted is the Answer that ends the command at a thread, with an error if there is one.
func (p *Process) halted(th *drive.Thread, err error) drive.Answer {
	if err != nil {
		return drive.Fails(err)
	}
	return drive.Halt(p.stop(th.TID))
}

// Stored tells the observer of a store to what it watches, and takes its debug registers
// out of ev. done: there were no others.
func (p *Process) Stored(ev *tracee.Event) (a drive.Answer, done bool) {
	if p.observer == nil {
		return drive.Answer{}, false
	}
	slots, ours := ev.DebugSlots(), 0
	for n := range ledger.Slots {
		if slots>>n&1 != 0 && p.units.Book.OwnerIn(ev.TID, n) == observes() {
			ours |= 1 << n
		}
	}
	if ours == 0 {
		return drive.Answer{}, false
	}
	next, err := p.observer.Stored(ev.TID, ours)
	if tracee.IsGone(err) {
		err = nil // its exit is the next event
	}
	if a := p.passage(p.units.Drive.Adopt(ev.TID), next, err); !a.GoesOn() {
		return a, false
	}
	if slots == ours {
		return drive.Answer{}, true
	}
	ev.DropSlots(ours)
	return drive.Answer{}, false
}

// Runs tells the observer that a thread is about to run.
func (p *Process) Runs(tid int) error {
	if p.observer == nil {
		return nil
	}
	if err := p.observer.Runs(tid); !tracee.IsGone(err) {
		return err
	}
	return nil // its exit is the next event
}

// Changed tells the observer of an event.
func (p *Process) Changed(ev tracee.Event) {
	if p.observer != nil {
		p.observer.Changed(ev)
	}
}
