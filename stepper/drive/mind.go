package drive

import (
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Mind decides what the loop cannot know. Unless a method says otherwise, the loop calls it with
// every thread held and with the registers of the thread in question loaded. A Mind resumes no
// thread itself: it returns an Answer that asks for a Move.
type Mind interface {
	// Met decides for a thread that has reached an inserted breakpoint: whether something that the
	// user set there stops it. It may discover modules and sections, and insert and remove
	// breakpoints.
	Met(th *Thread, at table.Addr) Answer
	// Triggered decides likewise for a thread that has triggered a debug register that is set for
	// every thread. The thread's registers are not loaded yet.
	Triggered(th *Thread, ev tracee.Event) Answer
	// Through decides for a thread that stands at a breakpoint and is about to run with all
	// others: it may first have to pass something alone. met: the thread has just hit the
	// breakpoint, and the program does not stop there.
	Through(th *Thread, met bool) Answer
	// Passed counts the hits of those debug registers of an event that only count, and removes
	// them from ev. done: ev has no others. For a breakpoint, done means that nothing happens
	// there: the kernel moves the thread elsewhere when it resumes. Other threads may run, and the
	// registers may not be loaded.
	Passed(ev *tracee.Event) (a Answer, done bool)

	// Concern reports who must handle an event. The loop calls it for each event, and other
	// threads may run. Concern does not return Caught for an execve(2): the loop calls
	// Mind.Caught after Mind.Executed.
	Concern(ev *tracee.Event) Concern
	// Caught decides for an event whose Concern is Caught.
	Caught(ev tracee.Event) Answer
	// Signal decides about a signal; passes reports whether the debugger delivers it to the
	// program. Other threads may run.
	Signal(th *Thread, ev tracee.Event) (a Answer, passes bool)
	// Forked carries out a fork or vfork and returns the TID of the thread that the loop resumes:
	// that of the process that stays. Other threads may run.
	Forked(ev tracee.Event) (goes int, err error)
	// Executed carries out an execve(2), which leaves no other thread.
	Executed(ev tracee.Event) error
	// Called answers a system call that the debugger provides (EventSyscall). Other threads may run.
	Called(tid int) error
	// Ends removes a thread or process that has ended (EventExit, EventProcessExit), and returns
	// the Stop of a command that ends with an event: one of these, EventExec, or EventInterrupt.
	Ends(ev tracee.Event) Stop

	// Begins is called before the loop inserts the traps of a native move. It may set the move's
	// Watchdog and Woken, and add an undo function (Move.AtEnd).
	Begins(m *Move) error
	// Runs is called before a thread runs natively. Other threads may run.
	Runs(th *Thread) error
	// First returns what must be done before any thread runs natively. A thread that has exceeded
	// its patience may be running.
	First() Answer
	// Unit returns the move that executes the thread's next instruction, or the unit that begins
	// there, while the others are held.
	Unit(th *Thread) *Move
	// Handler returns the move that delivers the thread's signal and runs the thread until the
	// handler has returned to the present PC.
	Handler(th *Thread) *Move
	// EndQuiet ends the quiet phase of a thread.
	EndQuiet(th *Thread) error
}

// Concern says who must handle an event.
type Concern int

const (
	Nobody Concern = iota // only the moves
	Silent                // a signal that is delivered without a report
	Caught                // the loop holds every thread and calls Mind.Caught
)
