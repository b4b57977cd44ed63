package ledger

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Process is what a Book needs of the traced process.
type Process interface {
	tracee.Changes
	machine.Memory
	Arch() *machine.Arch
	Alive() bool
	Threads() []int
	Held(tid int) bool
	Regs(tid int, r *machine.Regs) error
	XState(tid int) ([]byte, error)
	SignalMask(tid int) (uint64, error)
}

// Book is what is changed in one process.
type Book struct {
	p     Process
	fresh int

	// Guard says why an owner's breakpoint may not stand at a place; nil: it may
	// stand anywhere.
	Guard func(table.Addr, Owner) error

	traps   map[table.Addr]*trap
	every   [Slots]register   // debug registers of every thread
	own     map[slot]register // debug registers of one thread
	masks   map[int]uint64    // the signal masks of threads that have another one now
	lifted  map[int]*lift     // threads without their rseq registration
	exits   map[int]Exit      // registers that threads are still to be given
	pinned  int               // the thread that shares our CPU; 0: none
	harmful bool              // the backend has been told that the program must die with us
}

// New is the empty book of a process.
func New(p Process) *Book {
	b := &Book{p: p}
	b.clear()
	return b
}

func (b *Book) clear() {
	b.traps, b.own = map[table.Addr]*trap{}, map[slot]register{}
	b.masks, b.lifted, b.exits = map[int]uint64{}, map[int]*lift{}, map[int]Exit{}
	b.every, b.pinned = [Slots]register{}, 0
}

// begin says that the program is about to be changed.
func (b *Book) begin() {
	if !b.harmful {
		b.harmful = true
		b.p.ExitKill(true)
	}
}

// end says, once nothing is changed any more, that the program may go on without us.
func (b *Book) end() {
	if b.harmful && b.empty() {
		b.harmful = false
		b.p.ExitKill(false)
	}
}

func (b *Book) empty() bool {
	return len(b.traps)+len(b.own)+len(b.masks)+len(b.lifted)+len(b.exits) == 0 && b.pinned == 0 && b.every == [Slots]register{}
}

// runs reports whether nothing can be asked of a thread now.
func (b *Book) runs(tid int) bool { return b.p.Alive() && !b.p.Held(tid) }

// ThreadGone forgets a thread that has ended: it is owed nothing.
func (b *Book) ThreadGone(tid int) {
	for at := range b.own {
		if at.tid == tid {
			delete(b.own, at)
		}
	}
	delete(b.masks, tid)
	delete(b.lifted, tid)
	delete(b.exits, tid)
	b.end()
}

// Executed forgets a program that another one has replaced, and all that was
// changed in it. The affinity alone stays as it was, with the thread that called
// execve(2): it was former, and is tid now.
func (b *Book) Executed(former, tid int) {
	pinned := b.pinned
	if pinned == former {
		pinned = tid
	}
	b.clear()
	b.pinned = pinned
	b.end()
}

// Followed goes on in a child, the copy of thread parent. Its memory has the
// breakpoints; its debug registers are clear but for those of every thread.
func (b *Book) Followed(parent, child int) {
	mask, blocked := b.masks[parent]
	l, lifted := b.lifted[parent]
	x, owed := b.exits[parent]
	b.own = map[slot]register{}
	b.masks, b.lifted, b.exits = map[int]uint64{}, map[int]*lift{}, map[int]Exit{}
	if blocked {
		b.masks[child] = mask
	}
	if lifted {
		b.lifted[child] = l
	}
	if owed {
		b.exits[child] = x
	}
	b.end()
}

// Ended forgets a process that is no more, or is not traced any more.
func (b *Book) Ended() {
	b.clear()
	b.harmful = false
}
