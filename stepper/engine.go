package stepper

import (
	"sync/atomic"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Engine carries out stepping commands on a Target. All its methods but
// Interrupt belong to the OS thread that made the Target. Between commands
// every thread of the program is held.
type Engine struct {
	target  tracee.Target
	symbols Symbols
	policy  Policy
	modules ModuleReader
	calls   tracee.CallTarget // the target, when it has calls to be answered (ProvideCPUOpv)
	answer  func(tracee.Caller) error

	image   *table.Image
	vdso    *machine.VDSO
	threads map[int]*thread
	current int // the selected thread
	met     int // the thread that stopped the program at a breakpoint last

	breakpoints []*Breakpoint
	nextNumber  int
	program     int                // counts the programs that the process has executed
	sites       map[table.Addr]int // planted software breakpoints and how many want them
	hook        table.Addr         // where the dynamic linker announces libraries; 0 when unknown
	library     table.Addr         // hook while a trap of ours stands there, else 0
	listening   bool               // it is to stand there, once the hook is known
	rules       rseqRules          // of the kernel
	landing     *landings          // where exceptions and longjmps pass; nil: not looked for yet
	slots       [4]int             // breakpoint number that owns each debug register; 0 is free
	signals     *SignalTable
	code        codeCache
	layouts     layouts
	counts      map[table.Addr]*Counts

	bodies     map[*table.Placed]*machine.Body
	lastThread int
	hardware   bool               // the user owns a debug register
	pinned     int                // the thread that shares our CPU; 0: none
	watched    map[table.Addr]int // sections, by start, that a watchpoint was met inside of
	asked      atomic.Bool        // the user wants the program to stop
	ready      bool               // asked is for the next command
	entering   bool               // the command steps into sections
	alone      bool               // the command is StepAlone
	owed       owed               // what could not be put back (restore.go)
	catch      Catch
	reporters  int        // catchpoints that want system calls reported
	fork       *undecided // a fork that was caught, until one of its processes is chosen
	onStuck    func(StuckReport)
	sentry     *sentry // of the Continue that runs

	nextOnly map[int]bool // the only threads that may run in the next command; nil: all

	// Of the command that runs.
	only     map[int]bool // the only threads that may run; nil: all
	journeys []*traps     // under way, each begun inside the one before
	arrived  *traps       // the one that has arrived while others were under way inside it; else nil
	report   []UnitReport
	dropped  int // reports that did not fit
	notes    []string
	child    int // a process that forked off and was let go
}

// ModuleReader reads which modules the process has now.
type ModuleReader func() ([]*table.Module, error)

// Policy is what the user may set.
type Policy struct {
	StuckLimit int  // fruitless passes before the ladder's next rung (DESIGN 4.4)
	Inside     bool // step instructions inside sections
	FollowFork FollowFork
	Pin        bool // share one CPU with the stepped thread during bursts of steps
	Linger     bool // go on sharing it between commands, until Rest

	// StandsToMeet: a thread that goes on from a place with a breakpoint meets it.
	// Clients that step threads off breakpoints themselves (gdb, lldb, Delve) have
	// taken out what they have shown, and one that they leave in is to be hit.
	StandsToMeet bool

	Stuck     WhenStuck     // what Continue does about a loop that makes no progress
	StuckTime time.Duration // for how long it has made none; 0: never
}

// FollowFork says which process is kept after a fork.
type FollowFork int

const (
	FollowParent FollowFork = iota
	FollowChild
)

// DefaultPolicy is what a debugger starts with.
func DefaultPolicy() Policy { return Policy{StuckLimit: 3, Pin: true, StuckTime: DefaultStuckTime} }
