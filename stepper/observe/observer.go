package observe

import (
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

// moves reports whether the thread is to be moved alone.
func (p *Passage) moves() bool { return p.One || len(p.Until) > 0 }
