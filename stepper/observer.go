package stepper

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Observer notes what a program does while a command runs it; the program does not stop for it.
// It rides on the commands: signals, forks, execs and libraries that come and go are the
// Engine's. Its methods resume no thread. An error ends the command.
type Observer interface {
	// Loaded is called when the modules of the process have changed, with every thread held.
	Loaded()
	// Runs is called before a held thread runs natively. Other threads may run.
	Runs(tid int) error
	// Stored is called for a thread that has triggered debug registers of the observer's:
	// register n is bit n of slots. The thread is held, behind the instruction that has stored
	// to what Observation.Watch watches, or at that of Observation.BreakIn; other threads may
	// run.
	Stored(tid, slots int) (Passage, error)
	// Reached is called for a thread that has reached a trap of the observer's
	// (Observation.Plant), with every thread held and before the instruction there.
	Reached(tid int, at table.Addr) (Passage, error)
	// Changed is called for a signal that a thread has received; for the end of a thread or of
	// the process; for an execve(2), before the Engine forgets the old program; and for a fork,
	// before the Engine detaches from one of the processes. Other threads may run, except at an
	// execve(2).
	Changed(ev tracee.Event)
}

// Passage is how a thread goes on from a trap of an observer's. The zero Passage: it executes the
// next instruction and goes on.
type Passage struct {
	Stop bool // end the command here

	// One makes the thread execute one instruction while the other threads are held. Until, if
	// not empty, instead runs the thread to one of these places with a stack pointer above SP;
	// the other threads are held for a short time, then run, too.
	One   bool
	Until []table.Addr
	SP    table.Addr
	Then  func(at table.Addr) (Passage, error) // called when it is there
}

// Observation gives an Observer access to a program. Call its methods only from those of the
// Observer, or between two commands. A thread in question must be held.
type Observation struct{ e *Engine }

// Observe makes o the Engine's observer, nil for none. The caller then calls o.Loaded, and before
// it detaches, Observation.Clear.
func Observe(e *Engine, o Observer) Observation {
	e.observer = o
	return Observation{e}
}

func observes() ledger.Owner { return ledger.Owner{Why: ledger.Observed} }

// Plant inserts a trap: the Observer's Reached is called for each thread that reaches it. Every
// thread must be held. Errors: *ledger.RefusedError if none may stand there.
func (o Observation) Plant(a table.Addr) error { return o.e.book.Plant(a, observes()) }

// Unplant removes it. Every thread must be held.
func (o Observation) Unplant(a table.Addr) error { return o.e.book.Unplant(a, observes()) }

// Watch watches what a thread writes to length bytes at a: 1, 2, 4 or 8, a multiple of length. It
// returns the debug register that it uses. Error: ledger.ErrNoSlot.
func (o Observation) Watch(tid int, a table.Addr, length int) (slot int, err error) {
	for _, n := range o.e.book.FreeIn(tid, ledger.Owner{}) {
		return n, o.e.book.WatchIn(tid, n, observes(), a, length)
	}
	return 0, ledger.ErrNoSlot
}

// BreakIn sets a debug register of a thread that stops it before the instruction at a, and returns
// which: the Observer's Stored is called.
func (o Observation) BreakIn(tid int, a table.Addr) (slot int, err error) {
	for _, n := range o.e.book.FreeIn(tid, ledger.Owner{}) {
		return n, o.e.book.SetDebugIn(tid, n, observes(), a)
	}
	return 0, ledger.ErrNoSlot
}

// Unwatch frees a debug register that Watch or BreakIn has returned.
func (o Observation) Unwatch(tid, slot int) error { return o.e.book.FreeDebugIn(tid, slot, observes()) }

// Clear removes every trap and frees every debug register of the observer's. Every thread must be
// held.
func (o Observation) Clear() error {
	return errors.Join(o.e.book.DropOwner(observes()), o.e.book.DropOwner(aborting()))
}

// Registration reads a thread's registration from the kernel.
func (o Observation) Registration(tid int) (tracee.RseqConfig, error) { return o.e.target.Rseq(tid) }

// Decode decodes the instruction at pc.
func (o Observation) Decode(pc table.Addr) (*machine.Insn, error) { return o.e.sections.Decode(pc) }

// Writer finds the instruction that has just written some of the length bytes at a, in a thread
// that has stopped behind it with the registers r.
func (o Observation) Writer(r *machine.Regs, a table.Addr, length int) (machine.Insn, bool) {
	return o.e.sections.Writer(r, a, length)
}

// Arming is the arming store of a section; ok is false if the code does not show it.
func (o Observation) Arming(p *table.Placed) (a table.Addr, ok bool) {
	a, ok, err := o.e.sections.Arming(p)
	return a, ok && err == nil
}

// Learn is the section that a descriptor describes, nil if the kernel would accept none there.
// Every thread must be held.
func (o Observation) Learn(descriptor table.Addr) *table.Placed { return o.e.rseq.Learn(descriptor) }

// Destination is where a call to target ends up, through stubs of the linker.
func (o Observation) Destination(target table.Addr) table.Addr { return o.e.sections.SkipStubs(target) }

// observedAt answers for a thread at a trap of the observer's.
func (e mind) observedAt(th *drive.Thread, at table.Addr) drive.Answer {
	if e.observer == nil || !e.book.OwnedFor(at, ledger.Observed, ledger.Aborting) {
		return drive.Answer{}
	}
	if e.book.OwnedFor(at, ledger.Aborting) {
		if a := e.abortsAt(th, at); th.Aborted || !a.GoesOn() || !e.book.OwnedFor(at, ledger.Observed) {
			return a
		}
	}
	p, err := e.observer.Reached(th.TID, at)
	return e.passage(th, p, err)
}

// passage is the Answer that makes a thread go on as the observer wants. It is a plan of that
// thread: the move under way may be one of a leader that has ended before its threads. A request to
// stop the command waits for it: the observer would not learn what it wanted to know.
func (e mind) passage(th *drive.Thread, p Passage, err error) drive.Answer {
	if err != nil || p.Stop {
		return stopped(&Stop{Reason: StopInterrupt, TID: th.TID}, err)
	}
	if !p.moves() {
		return drive.Answer{}
	}
	moved, resume := false, e.drive.Defer()
	return drive.Then(drive.Plan(th, func() drive.Answer {
		if moved {
			if p.Then == nil || !e.drive.Knows(th) {
				resume()
				return drive.Arrive()
			}
			if p, err = p.Then(th.Regs.PC()); err != nil || p.Stop {
				resume()
				return stopped(&Stop{Reason: StopInterrupt, TID: th.TID}, err)
			}
		}
		if moved = true; !p.moves() {
			resume()
			return drive.Arrive()
		}
		if len(p.Until) > 0 {
			sp := p.SP
			return drive.Then(runTo(th, p.Until, func(t *drive.Thread) bool { return t.Regs.SP() > sp }), nil)
		}
		return drive.Then(e.units.Unit(th), nil)
	}), nil)
}

// moves reports whether the thread is to be moved alone.
func (p *Passage) moves() bool { return p.One || len(p.Until) > 0 }

// observedStore tells the observer of a store to what it watches, and takes its debug registers
// out of ev. done: there were no others.
func (e mind) observedStore(ev *tracee.Event) (a drive.Answer, done bool) {
	if e.observer == nil {
		return drive.Answer{}, false
	}
	slots, ours := ev.DebugSlots(), 0
	for n := range ledger.Slots {
		if slots>>n&1 != 0 && e.book.OwnerIn(ev.TID, n) == observes() {
			ours |= 1 << n
		}
	}
	if ours == 0 {
		return drive.Answer{}, false
	}
	p, err := e.observer.Stored(ev.TID, ours)
	if isGone(err) {
		err = nil // its exit is the next event
	}
	if a := e.passage(e.drive.Adopt(ev.TID), p, err); !a.GoesOn() {
		return a, false
	}
	if slots == ours {
		return drive.Answer{}, true
	}
	ev.DropSlots(ours)
	return drive.Answer{}, false
}

// observedRun tells the observer that a thread is about to run.
func (e mind) observedRun(tid int) error {
	if e.observer == nil {
		return nil
	}
	if err := e.observer.Runs(tid); !isGone(err) {
		return err
	}
	return nil // its exit is the next event
}

// observedChange tells the observer of an event.
func (e mind) observedChange(ev tracee.Event) {
	if e.observer != nil {
		e.observer.Changed(ev)
	}
}
