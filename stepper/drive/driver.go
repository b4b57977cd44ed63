package drive

import (
	"fmt"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Driver moves the threads of one process. Call its methods only on the OS thread that made the
// Target.
type Driver struct {
	target tracee.Target
	book   *ledger.Book
	mind   Mind

	Shares bool // pin the debugger to the stepped thread's CPU during bursts of steps (Pin)
	Holds  bool // deliver signals that pass without a report after the current single step

	threads    map[int]*Thread
	lastThread int
	current    int          // TID of the selected thread
	met        int          // TID of the thread that last stopped the program at a breakpoint
	nextOnly   map[int]bool // the only threads that may run in the next command; nil: all

	// State of the current command.
	only      map[int]bool // the only threads that may run; nil: all
	interrupt interrupt    // the request to interrupt it
	moves     []*Move      // unfinished moves; each began inside the one before (loop.go)
	spare     []*Move      // finished moves, for reuse
	released  bool         // some thread may be running
	departed  bool         // and so is every thread that the command lets run
	Notes     []string     // sentences for the user about side effects they may not expect
}

// New returns the Driver of a target. Precondition: every thread of t is held.
func New(t tracee.Target, book *ledger.Book, mind Mind) *Driver {
	return &Driver{target: t, book: book, mind: mind, threads: map[int]*Thread{}}
}

// Interrupted ends the command at a thread if it must stop. It does so once per command.
func (d *Driver) Interrupted(th *Thread) Answer {
	if !d.interrupt.take() {
		return Answer{}
	}
	return Halt(d.mind.Ends(tracee.Event{Kind: tracee.EventInterrupt, TID: th.TID}))
}

// Notify adds a sentence to Notes.
func (d *Driver) Notify(format string, args ...any) {
	d.Notes = append(d.Notes, fmt.Sprintf(format, args...))
}

// Released reports whether some thread may be running.
func (d *Driver) Released() bool { return d.released }

// Escapes reports whether an unfinished move of th runs to the return of the frame with this CFA
// (a process address).
func (d *Driver) Escapes(th *Thread, cfa table.Addr) bool {
	for _, m := range d.moves {
		if m.Thread == th && m.Escape == cfa {
			return true
		}
	}
	return false
}

// Pin moves the debugger to the thread's CPU for a burst of steps if Shares is set.
func (d *Driver) Pin(th *Thread) error {
	if !d.Shares || d.book.Pinned() != 0 || !d.target.Alive() || d.threads[th.TID] == nil {
		return nil
	}
	return d.book.Pin(th.TID)
}
