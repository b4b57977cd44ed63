package points

import (
	"fmt"
	"slices"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// Kind says what a Breakpoint waits for.
type Kind int

// The kinds, in this order: places, data, events.
const (
	Software       Kind = iota // an int3 at each place
	Hardware                   // a debug register at each place
	WatchWrite                 // a store that changes the watched bytes, or any store (Spec.EachWrite)
	WatchRead                  // a load
	WatchAccess                // a load or a store
	CatchFork                  // fork(2), or a clone(2) that forks
	CatchVfork                 // vfork(2)
	CatchExec                  // a completed execve(2)
	CatchSyscall               // a system call's entry and its return
	CatchSignal                // a signal, whatever the `handle` table says
	CatchVforkDone             // the end of a vfork(2): its child has executed another program, or ended
)

// Breaks reports whether the kind waits at places.
func (k Kind) Breaks() bool { return k <= Hardware }

// Watches reports whether the kind watches data.
func (k Kind) Watches() bool { return k >= WatchWrite && k <= WatchAccess }

// Catches reports whether the kind waits for an event, as opposed to a place or data.
func (k Kind) Catches() bool { return k >= CatchFork }

// Breakpoint is one numbered breakpoint, watchpoint or catchpoint of the user's: what they asked
// for and where it is. The front end keeps its own data about it: the text of a condition and the
// commands for a stop. Addresses are process addresses. A Breakpoint belongs to its Set.
type Breakpoint struct {
	Number    int
	Kind      Kind
	Location  string         // as the user wrote it
	Places    []source.Place // where it is inserted; empty while Pending
	Pending   bool           // Location names nothing yet; the Set resolves it again when libraries are loaded and after an execve(2)
	Enabled   bool
	Temporary bool // deleted when hit
	Thread    int  // a TID, or 0 for every thread
	Ignore    int  // the number of hits still to ignore
	Hits      int

	// When evaluates the condition for the thread that hit the breakpoint (nil: always true). An
	// error stops the program, and the user sees it.
	When func(tid int) (bool, error)

	// Watchpoints: the address, the length in bytes (1, 2, 4 or 8, aligned), and the last known
	// content.
	Watch       table.Addr
	WatchLength int
	old         []byte // nil while the bytes cannot be read
	eachWrite   bool   // WatchWrite: a store that changes nothing counts too

	// Gone: the breakpoint was only for a program that the kernel has replaced.
	Gone bool

	Numbers []int // CatchSyscall, CatchSignal: the numbers to catch; empty for all

	near        table.Addr
	before      []source.Place // Places of an earlier time or process
	thisProgram bool
	nameless    bool         // a client's, which notices itself when the memory is unmapped
	planted     []table.Addr // where it owns software breakpoints or debug registers
	traps       []table.Addr // arming stores with a breakpoint, for places inside sections; loads of exclusive sequences that a watchpoint was triggered in
	inside      []table.Addr // sections, by start, inside which a watchpoint was triggered

	relocate   func() (Located, error)
	applies    func(table.Addr) error
	name       func() string
	carried    bool    // it was set in a program that the kernel has replaced
	fixed      []fixed // what it named there, if it was an address
	complained bool    // the user has been notified why it is pending in the new program
}

// Spec is what the user asks for.
type Spec struct {
	Kind        Kind
	Location    string       // resolved with Symbols.Lookup unless Addrs is set
	Addrs       []table.Addr // for *EXPR
	Nameless    bool         // the client needs no description of Addrs: the Set reads no symbols for them and reports nothing when their memory is unmapped
	Near        table.Addr   // the address whose file a bare line number refers to; 0: the program
	Pending     bool         // keep the breakpoint if Location names nothing yet
	Temporary   bool
	Disabled    bool // insert nothing until Enable
	Thread      int
	Ignore      int // the number of hits to ignore
	When        func(tid int) (bool, error)
	Watch       table.Addr
	WatchLength int
	EachWrite   bool // WatchWrite: every store counts; the client decides whether it changes anything
	Numbers     []int
	Before      []source.Place // Places of the breakpoint in an earlier process: what was disabled stays so
	ThisProgram bool           // remove it when the process executes another program

	// Relocate evaluates Location, an expression, in the program that the process now executes.
	// nil: Location is no expression, or one that names an address and no symbol of a program.
	// After an error the breakpoint stays pending.
	Relocate func() (Located, error)
	// Applies returns an error if the condition has no meaning at an address of the program that
	// the process now executes; nil: it always has one.
	Applies func(table.Addr) error
	Name    func() string // how messages name it ("breakpoint 2"); nil: by Number
}

// asker returns the owner of b's breakpoints and debug registers at the places that the user
// asked for; insider returns that of its breakpoints on arming stores.
func (b *Breakpoint) asker() ledger.Owner   { return ledger.Owner{Why: ledger.Asked, Of: b.Number} }
func (b *Breakpoint) insider() ledger.Owner { return ledger.Owner{Why: ledger.Inside, Of: b.Number} }

// isFor reports whether b waits for the thread.
func (b *Breakpoint) isFor(tid int) bool { return b.Thread == 0 || b.Thread == tid }

// at reports whether b is inserted at a, as a place that the user asked for.
func (b *Breakpoint) at(a table.Addr) bool { return b.Kind.Breaks() && slices.Contains(b.planted, a) }

// isAddress reports whether Location is an address, as opposed to a place in the source.
func (b *Breakpoint) isAddress() bool { return b.Location != "" && b.Location[0] == '*' }

// String returns the name of the breakpoint for messages.
func (b *Breakpoint) String() string {
	if b.name != nil {
		return b.name()
	}
	return fmt.Sprintf("breakpoint %d", b.Number)
}
