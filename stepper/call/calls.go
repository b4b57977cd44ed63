package call

import (
	"errors"
	"slices"
	"syscall"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/stepper/tracee"
)

// Threads is the part of drive.Driver that Calls needs.
type Threads interface {
	Load(th *drive.Thread) error  // reads the registers of a held thread into th.Regs
	Knows(th *drive.Thread) bool  // reports whether a thread still belongs to the program
	Notify(text string, a ...any) // adds a sentence for the user to the report of the command
}

// Calls holds the calls in one process that have not returned.
type Calls struct {
	target  tracee.Target
	threads Threads
	book    *ledger.Book
	code    *rseq.Sections
	symbols Symbols
	of      map[*drive.Thread]frames
	kept    bool // a trap could not be removed; the book has it
}

// New returns the Calls of a process in which no function is called.
func New(t tracee.Target, threads Threads, book *ledger.Book, code *rseq.Sections, s Symbols) *Calls {
	return &Calls{target: t, threads: threads, book: book, code: code, symbols: s, of: map[*drive.Thread]frames{}}
}

// Innermost is the innermost call of a thread, nil for none.
func (c *Calls) Innermost(th *drive.Thread) *Frame {
	if list := c.of[th]; len(list) > 0 {
		return list[len(list)-1]
	}
	return nil
}

// Holds reports whether a thread is still in a call.
func (c *Calls) Holds(th *drive.Thread, f *Frame) bool { return slices.Contains(c.of[th], f) }

// Frames unwinds at most max frames of a thread whose registers are loaded, innermost first.
func (c *Calls) Frames(th *drive.Thread, max int) []source.Frame {
	return c.of[th].unwind(c.symbols, c.target, &th.Regs, max)
}

// Returned checks whether a function has just returned, and if so restores the thread to its
// state before that call. It drops calls made inside that one which never returned (longjmp).
// f is nil if none has returned.
// Precondition: every thread is held.
func (c *Calls) Returned(th *drive.Thread) (f *Frame, result *Result, err error) {
	if len(c.of[th]) == 0 {
		return nil, nil, nil
	}
	if err := c.threads.Load(th); err != nil {
		return nil, nil, err
	}
	if f = c.of[th].returned(&th.Regs); f == nil {
		return nil, nil, nil
	}
	now := th.Regs
	area, err := c.target.XState(th.TID)
	if err == nil {
		err = c.restore(th, f)
	}
	if err != nil {
		return nil, nil, err
	}
	return f, ResultOf(&now, area), nil
}

// Settle ends a call that has returned unnoticed, as Returned does, and forgets calls whose frames
// no longer exist because a longjmp or an exception left them. skip says which threads to leave
// out. It returns after the first call that has returned.
// Precondition: every thread is held.
func (c *Calls) Settle(skip func(*drive.Thread) bool) (f *Frame, result *Result, err error) {
	for th := range c.of {
		if !c.threads.Knows(th) {
			delete(c.of, th)
			continue
		}
		if skip(th) {
			continue
		}
		if f, result, err := c.Returned(th); f != nil || err != nil {
			return f, result, err
		}
		c.dropStale(th)
	}
	return nil, nil, nil
}

// staleDepth bounds the search for a call's frame on a stack, frames.
const staleDepth = 1000

// dropStale forgets the calls of a thread whose frames no longer exist.
func (c *Calls) dropStale(th *drive.Thread) {
	for f := c.Innermost(th); f != nil && c.threads.Load(th) == nil; f = c.Innermost(th) {
		// A handler on an alternate stack may have a higher stack pointer as well.
		if th.Regs.SP() < f.sp || slices.ContainsFunc(c.symbols.Frames(&th.Regs, c.target, staleDepth), f.returnsTo) {
			return
		}
		c.Drop(th, f)
	}
}

// Drop forgets a call and those inside it, and removes their traps.
func (c *Calls) Drop(th *drive.Thread, f *Frame) {
	for c.Holds(th, f) {
		last := c.Innermost(th)
		c.of[th] = c.of[th][:len(c.of[th])-1]
		err := c.book.Unplant(last.back, last.trap)
		c.kept = c.kept || err != nil
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			c.threads.Notify("%v", err)
		}
	}
	if len(c.of[th]) == 0 {
		delete(c.of, th)
	}
}

// Kept reports whether a trap of a call that is over could not be removed since the last call of
// Kept. The book has that trap without an owner: Book.GiveBack tries again.
func (c *Calls) Kept() bool {
	kept := c.kept
	c.kept = false
	return kept
}

// Gone forgets a thread that has ended.
func (c *Calls) Gone(th *drive.Thread) {
	if list := c.of[th]; len(list) > 0 {
		c.Drop(th, list[0])
	}
}

// Forget drops the calls of a program that has ended, or that an execve(2) has replaced.
func (c *Calls) Forget() { clear(c.of) }
