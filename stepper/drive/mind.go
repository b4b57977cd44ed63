package drive

import "rseqstep/stepper/tracee"

// Mind decides what the loop cannot know. Where nothing else is said it is asked with
// every thread held, and the registers of the thread that it is asked about are read.
// It moves nothing: what is to be moved is a Move of its Answer.
type Mind interface {
	// Met is asked about a thread that has come to a planted breakpoint
	// (EventBreakpoint), or to a debug register of every thread (EventDebug; its
	// registers are not read yet): whether something that the user has set there stops
	// it. It may learn of modules and sections, and plant and remove breakpoints.
	Met(th *Thread, ev tracee.Event) Answer
	// Through is asked about a thread that stands at a breakpoint and is about to go on
	// with all others: it may be taken through something by itself first. met: it has
	// just met the breakpoint, and nobody stops there.
	Through(th *Thread, met bool) Answer
	// Passed takes note of the debug registers of an event that serve to count; ev keeps
	// the others. done: there are no others. Others may run.
	Passed(ev *tracee.Event) (a Answer, done bool)

	// Concern says whether an event is to be looked at. It is asked of each event, and
	// others may run. An execve(2) is Caught by nobody yet: Mind.Caught is asked once it is
	// carried out.
	Concern(ev *tracee.Event) Concern
	// Caught is asked about an event of Concern Caught.
	Caught(ev tracee.Event) Answer
	// Signal is asked about a signal: passes says whether the program is to have it.
	// Others may run.
	Signal(th *Thread, ev tracee.Event) (a Answer, passes bool)
	// Changed carries out what an event has changed in the process, a fork, an execve(2),
	// a system call that the debugger answers, and says which thread goes on. Others
	// may run, except at an execve(2), which leaves none.
	Changed(ev tracee.Event) (goes int, err error)
	// Ends forgets a thread or a process that has ended (EventExit, EventProcessExit), and
	// is the Stop of a command that ends with an event: one of these, EventExec, or
	// EventInterrupt.
	Ends(ev tracee.Event) Stop

	// Begins is asked before the traps of a native move are planted. It may set the
	// move's Watchdog and Woken, and add to its end (Move.AtEnd).
	Begins(m *Move) error
	// Runs is asked before a thread runs natively. Others may run.
	Runs(th *Thread) error
	// First is what has to be done before anything runs natively. A thread that has not
	// come back may run.
	First() Answer
	// Unit executes the thread's next instruction, or the unit that it begins, by itself.
	Unit(th *Thread) *Move
	// Handler runs a thread until the handler of the signal that it is to have has
	// returned to where it stands.
	Handler(th *Thread) *Move
	// EndQuiet ends the quiet phase that a thread is in.
	EndQuiet(th *Thread) error
}

// Concern is whom an event concerns.
type Concern int

const (
	Nobody Concern = iota // it means what it means to the moves
	Silent                // a signal that the program has without a word
	Caught                // every thread is to be held for it, and Mind.Caught asked
)
