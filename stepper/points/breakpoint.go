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
	WatchWrite                 // a store that changes the watched bytes, or any (Spec.EachWrite)
	WatchRead                  // a load
	WatchAccess                // a load or a store
	CatchFork                  // fork(2), or what clone(2) makes like it
	CatchVfork                 // vfork(2)
	CatchExec                  // execve(2), done
	CatchSyscall               // a system call's entry and its return
	CatchSignal                // a signal, whatever the `handle` table says
	CatchVforkDone             // the end of a vfork(2): its child has executed another program, or ended
)

// Breaks reports whether the kind waits at places.
func (k Kind) Breaks() bool { return k <= Hardware }

// Watches reports whether the kind watches data.
func (k Kind) Watches() bool { return k >= WatchWrite && k <= WatchAccess }

// Catches reports whether the kind waits for an event instead of a place or data.
func (k Kind) Catches() bool { return k >= CatchFork }

// Breakpoint is one numbered breakpoint, watchpoint or catchpoint of the user's: what
// was asked and where it is. What a front end knows besides, the words of a condition
// and the commands to be carried out at a stop, is kept there.
type Breakpoint struct {
	Number    int
	Kind      Kind
	Location  string         // as the user wrote it
	Places    []source.Place // where it is planted; empty while Pending
	Pending   bool           // Location names nothing yet; tried again when libraries come, and in a program that is executed
	Enabled   bool
	Temporary bool // deleted when met
	Thread    int  // a thread id, or 0 for every thread
	Ignore    int  // how many more times to pass it over
	Hits      int

	// When decides the condition for the thread that met the breakpoint (nil:
	// always). An error stops the program and is shown.
	When func(tid int) (bool, error)

	// Watchpoints: where, how many bytes (1, 2, 4 or 8, aligned), and their
	// last known content.
	Watch       table.Addr
	WatchLength int
	old         []byte // nil while they cannot be read
	eachWrite   bool   // WatchWrite: a store that changes nothing counts as well

	// Gone: the program that it was for is no more, and it went with it.
	Gone bool

	Numbers []int // CatchSyscall, CatchSignal: those waited for; empty for all

	near        table.Addr
	thisProgram bool
	nameless    bool         // a client's, which knows itself when there is no memory for it any more
	planted     []table.Addr // where it owns software breakpoints or debug registers
	traps       []table.Addr // arming stores with a breakpoint, for places inside sections
	inside      []table.Addr // sections, by start, that a watchpoint was met inside of

	relocate   func() (Located, error)
	applies    func(table.Addr) error
	name       func() string
	carried    bool    // it was set in a program that another one has replaced
	fixed      []fixed // what it named there, when it was an address
	complained bool    // it was said why it is pending in the new program
}

// Spec is what the user asks for.
type Spec struct {
	Kind        Kind
	Location    string       // resolved with Symbols.Lookup unless Addrs is given
	Addrs       []table.Addr // for *EXPR
	Nameless    bool         // nobody asks what stands at Addrs: no symbols are read for them, and nothing is said when their memory goes
	Near        table.Addr   // what a bare line number refers to; 0: the program
	Pending     bool         // keep it when Location names nothing yet
	Temporary   bool
	Disabled    bool // until Enable: nothing is planted
	Thread      int
	Ignore      int // how many times to pass it over
	When        func(tid int) (bool, error)
	Watch       table.Addr
	WatchLength int
	EachWrite   bool // WatchWrite: each store counts; whether it changes anything is the client's to say
	Numbers     []int
	ThisProgram bool // gone when the process executes another program

	// Relocate evaluates Location, an expression, in the program that the
	// process has come to execute. nil: Location is no expression, or one that
	// names an address and nothing of a program. An error leaves it pending.
	Relocate func() (Located, error)
	// Applies says why the condition means nothing at an address of the program
	// that the process has come to execute; nil: it always means something.
	Applies func(table.Addr) error
	Name    func() string // how messages name it ("breakpoint 2"); nil: by Number
}

// asker is the owner of b's breakpoints and debug registers where the user asked for
// them, insider of its breakpoints on arming stores.
func (b *Breakpoint) asker() ledger.Owner   { return ledger.Owner{Why: ledger.Asked, Of: b.Number} }
func (b *Breakpoint) insider() ledger.Owner { return ledger.Owner{Why: ledger.Inside, Of: b.Number} }

// isFor reports whether b waits for the thread.
func (b *Breakpoint) isFor(tid int) bool { return b.Thread == 0 || b.Thread == tid }

// at reports whether b is planted at a place that was asked for.
func (b *Breakpoint) at(a table.Addr) bool { return b.Kind.Breaks() && slices.Contains(b.planted, a) }

// isAddress reports whether Location is an address rather than a place in the source.
func (b *Breakpoint) isAddress() bool { return b.Location != "" && b.Location[0] == '*' }

// String is the breakpoint as messages name it.
func (b *Breakpoint) String() string {
	if b.name != nil {
		return b.name()
	}
	return fmt.Sprintf("breakpoint %d", b.Number)
}
