package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// BreakpointKind says what a Breakpoint waits for.
type BreakpointKind int

const (
	BreakSoftware BreakpointKind = iota // an int3 at each place
	BreakHardware                       // a debug register at each place
	WatchWrite                          // a store that changes the watched bytes, or any (BreakpointSpec.EachWrite)
	WatchRead                           // a load
	WatchAccess                         // a load or a store
	CatchFork                           // fork(2), or what clone(2) makes like it
	CatchVfork                          // vfork(2)
	CatchExec                           // execve(2), done
	CatchSyscall                        // a system call's entry and its return
	CatchSignal                         // a signal, whatever the `handle` table says
)

// Breakpoint is one numbered breakpoint or watchpoint of the user's.
type Breakpoint struct {
	Number    int
	Kind      BreakpointKind
	Location  string  // as the user wrote it
	Places    []Place // where it is planted; empty while Pending
	Pending   bool    // Location names nothing yet; tried again when libraries come, and in a program that is executed
	Enabled   bool
	Temporary bool // deleted when met
	Thread    int  // a thread id, or 0 for every thread
	Ignore    int  // how many more times to pass it over
	Hits      int

	// Condition is what the user wrote, When decides it for the thread that
	// met the breakpoint (nil: always). An error stops the program and is
	// shown.
	Condition string
	When      func(tid int) (bool, error)

	// Watchpoints: where, how many bytes (1, 2, 4 or 8, aligned), and their
	// last known content.
	Watch       table.Addr
	WatchLength int
	old         []byte // nil while they cannot be read
	eachWrite   bool   // WatchWrite: a store that changes nothing counts as well

	// Gone: the program that it was for is no more, and it went with it.
	Gone bool

	Numbers []int // CatchSyscall, CatchSignal: those waited for; empty for all

	reporting   bool // CatchSyscall: counts in the Engine's reporters
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

	Commands []string // kept for the front end
}

// ErrInsideSection refuses a breakpoint inside a critical section: hit
// natively it would abort the section every time (DESIGN 3.2), so the program
// would never get through.
var ErrInsideSection = errors.New("inside a critical section")

// ErrNoSlot says that all four debug registers are taken.
var ErrNoSlot = ledger.ErrNoSlot

// BreakpointSpec is what the user asks for.
type BreakpointSpec struct {
	Kind        BreakpointKind
	Location    string       // resolved with Symbols.Lookup unless Addrs is given
	Addrs       []table.Addr // for *EXPR
	Nameless    bool         // nobody asks what stands at Addrs: no symbols are read for them, and nothing is said when their memory goes
	Near        table.Addr   // what a bare line number refers to; 0: the program
	Pending     bool         // keep it when Location names nothing yet
	Temporary   bool
	Thread      int
	Condition   string
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
	// Applies says why Condition means nothing at an address of the program
	// that the process has come to execute; nil: it always means something.
	Applies func(table.Addr) error
	Name    func() string // how messages name it ("breakpoint 2"); nil: by Number
}

// InsideError carries the section a breakpoint would have stood in.
type InsideError struct {
	Addr    table.Addr
	Section string
	Start   table.Addr
	End     table.Addr
}

func (e *InsideError) Error() string {
	return fmt.Sprintf("%v lies inside the critical section %s [%v, %v): a trap there makes the kernel abort the section every time it is met; break at %v (its end), or on the line before it",
		e.Addr, e.Section, e.Start, e.End, e.End)
}

func (e *InsideError) Unwrap() error { return ErrInsideSection }
