package drive

import (
	"context"
	"fmt"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Driver moves the threads of one process. All its methods belong to the OS thread
// that made the Target.
type Driver struct {
	target tracee.Target
	book   *ledger.Book
	mind   Mind

	Shares bool // one CPU is shared with the stepped thread during bursts of steps (Pin)
	Holds  bool // signals that pass silently wait for the end of a single step

	threads    map[int]*Thread
	lastThread int
	current    int          // the selected thread
	met        int          // the thread that stopped the program at a breakpoint last
	nextOnly   map[int]bool // the only threads that may run in the next command; nil: all

	// Of the command that runs.
	only      map[int]bool // the only threads that may run; nil: all
	interrupt interrupt    // how it is interrupted
	moves     []*Move      // under way, each begun inside the one before (loop.go)
	spare     []*Move      // that are over, to be used again
	released  bool         // some thread may be running
	departed  bool         // and all that the command lets run do
	Notes     []string     // sentences for the user: what was done that they may not expect
}

// New is the Driver of a target whose threads are all held.
func New(t tracee.Target, book *ledger.Book, mind Mind) *Driver {
	return &Driver{target: t, book: book, mind: mind, threads: map[int]*Thread{}}
}

// Begin makes the end of ctx the request to stop the command that begins, until release
// is called. begun is false where ctx has ended before: then nothing is to be moved.
func (d *Driver) Begin(ctx context.Context) (release func(), begun bool) {
	release = d.interrupt.begin(ctx, d.target.Interrupt)
	return release, !d.interrupt.take()
}

// Interrupted reports whether the command is to stop, once per command: the caller
// that gets true returns the Stop.
func (d *Driver) Interrupted() bool { return d.interrupt.take() }

// Notify adds a note.
func (d *Driver) Notify(format string, args ...any) {
	d.Notes = append(d.Notes, fmt.Sprintf(format, args...))
}

// Released reports whether some thread may be running.
func (d *Driver) Released() bool { return d.released }

// Escapes reports whether a move of a thread under way runs to the return of the
// frame with this CFA.
func (d *Driver) Escapes(th *Thread, cfa table.Addr) bool {
	for _, m := range d.moves {
		if m.Thread == th && m.Escape == cfa {
			return true
		}
	}
	return false
}

// Pin puts debugger and thread on one CPU for a burst of steps, where that is wanted.
func (d *Driver) Pin(th *Thread) error {
	if !d.Shares || d.book.Pinned() != 0 || !d.target.Alive() || d.threads[th.TID] == nil {
		return nil
	}
	return d.book.Pin(th.TID)
}
