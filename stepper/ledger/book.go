package ledger

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Process is the part of a traced process that a Book needs.
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

// Book records the debugger's own changes to one process.
type Book struct {
	p     Process
	fresh int

	// Guard returns the reason why an owner's breakpoint must not stand at an address, nil if it
	// may. A nil Guard allows every address.
	Guard func(table.Addr, Owner) error

	traps   map[table.Addr]*trap
	every   [Slots]register   // debug registers of every thread
	own     map[slot]register // debug registers of one thread
	hidden  map[slot]bool     // debug registers of every thread that are off in one
	masks   map[int]uint64    // the original signal masks of threads whose mask is changed
	lifted  map[int]*lift     // threads without their rseq registration
	exits   map[int]Exit      // registers that threads must still get
	pinned  int               // the thread pinned to our CPU; 0: none
	harmful bool              // the backend kills the program if the debugger dies
}

// New returns the empty Book of a process.
func New(p Process) *Book {
	b := &Book{p: p}
	b.clear()
	return b
}

func (b *Book) clear() {
	b.traps, b.own = map[table.Addr]*trap{}, map[slot]register{}
	b.hidden = map[slot]bool{}
	b.masks, b.lifted, b.exits = map[int]uint64{}, map[int]*lift{}, map[int]Exit{}
	b.every, b.pinned = [Slots]register{}, 0
}

// begin must be called before a change to the program: it makes the kernel kill the program if
// the debugger dies.
func (b *Book) begin() {
	if !b.harmful {
		b.harmful = true
		b.p.ExitKill(true)
	}
}

// end lets the program survive the debugger's death, if no change remains.
func (b *Book) end() {
	if b.harmful && b.empty() {
		b.harmful = false
		b.p.ExitKill(false)
	}
}

func (b *Book) empty() bool {
	return len(b.traps)+len(b.own)+len(b.masks)+len(b.lifted)+len(b.exits) == 0 && b.pinned == 0 && b.every == [Slots]register{}
}

// runs reports whether no request to a thread is possible now.
func (b *Book) runs(tid int) bool { return b.p.Alive() && !b.p.Held(tid) }

// ThreadGone removes the entries of a thread that has ended.
func (b *Book) ThreadGone(tid int) {
	for at := range b.own {
		if at.tid == tid {
			delete(b.own, at)
		}
	}
	b.forgetHidden(func(at slot) bool { return at.tid == tid })
	delete(b.masks, tid)
	delete(b.lifted, tid)
	delete(b.exits, tid)
	b.end()
}

// Executed removes the entries of a program that the kernel has replaced. Only the affinity
// remains, because execve(2) keeps it: the calling thread was former and is now tid.
func (b *Book) Executed(former, tid int) {
	pinned := b.pinned
	if pinned == former {
		pinned = tid
	}
	b.clear()
	b.pinned = pinned
	b.end()
}

// Followed continues in a child process, the copy of thread parent. The child's memory contains
// the breakpoints; its debug registers are clear, except those set for every thread.
func (b *Book) Followed(parent, child int) {
	mask, blocked := b.masks[parent]
	l, lifted := b.lifted[parent]
	x, owed := b.exits[parent]
	b.own, b.hidden = map[slot]register{}, map[slot]bool{}
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

// Ended removes all entries of a process that has ended or is no longer traced.
func (b *Book) Ended() {
	b.clear()
	b.harmful = false
}
