package stepper

import (
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/points"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Engine carries out stepping commands on a Target. All its methods belong to
// the OS thread that made the Target. Between commands every thread of the program
// is held. A command takes a context: when it ends, on whatever goroutine, every
// thread is held again and the Stop is StopInterrupt; where it has ended before,
// nothing has moved.
type Engine struct {
	target   tracee.Target
	symbols  Symbols
	policy   Policy
	modules  ModuleReader
	drive    *drive.Driver
	asksUnit func(*drive.Move) drive.Answer // askUnit, made once
	calls    tracee.CallTarget              // the target, when it has calls to be answered (ProvideCPUOpv)
	answer   func(tracee.Caller) error

	sections *rseq.Sections // and the code around them; see learn for what else has to know of a new one
	program  *line.Program  // and the lines of its source
	vdso     *machine.VDSO

	points    *points.Set  // the user's breakpoints
	book      *ledger.Book // what is changed in the program for the debugger's own purposes
	hook      table.Addr   // where the dynamic linker announces libraries; 0 when unknown
	listening bool         // a breakpoint is to stand there, once it is known
	rules     rseqRules    // of the kernel
	signals   *SignalTable

	entering bool       // the command steps into sections
	fork     *undecided // a fork that was caught, until one of its processes is chosen
	onStuck  func(StuckReport)
	watching bool    // some thread has points to see its passes by (passwatch.go)
	sentry   *sentry // of the Continue that runs
	report   report  // of the command that runs
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
