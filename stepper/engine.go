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

// Engine carries out stepping commands on a Target. Call its methods only on the OS thread that
// made the Target. Between commands every thread of the program is held. A command takes a
// context: when the context ends, on whatever goroutine, the Engine holds every thread again
// and the Stop is StopInterrupt; if it has ended before the command begins, no thread moves.
type Engine struct {
	target   tracee.Target
	symbols  Symbols
	policy   Policy
	modules  ModuleReader
	drive    *drive.Driver
	asksUnit func(*drive.Move) drive.Answer // askUnit, allocated once
	calls    tracee.CallTarget              // the target, if it has system calls for the debugger to answer (ProvideCPUOpv)
	answer   func(tracee.Caller) error

	sections *rseq.Sections // and the code around them; learn and armed withdraw breakpoints from a new one
	program  *line.Program  // and the lines of its source
	vdso     *machine.VDSO

	points    *points.Set  // the user's breakpoints
	book      *ledger.Book // what the debugger has changed in the program for its own purposes
	hook      table.Addr   // the function that the dynamic linker calls when libraries change; 0 when unknown
	listening bool         // hook must have a breakpoint, once it is known
	rules     rseqRules    // the kernel's
	signals   *SignalTable

	entering bool       // the command steps into sections
	fork     *undecided // a caught fork, until the user chooses one of its processes
	onStuck  func(StuckReport)
	watching bool    // some thread has points that count its passes (passwatch.go)
	sentry   *sentry // of the Continue under way
	report   report  // of the command under way
	observer Observer
}

// ModuleReader reads the modules that the process has mapped now.
type ModuleReader func() ([]*table.Module, error)

// Policy is what the user may set.
type Policy struct {
	StuckLimit int  // passes without a commit before the ladder's next rung (DESIGN 4.4)
	Inside     bool // step instructions inside sections
	FollowFork FollowFork
	Pin        bool // let the debugger share one CPU with the stepped thread during bursts of steps
	Linger     bool // keep sharing it between commands, until Rest

	// StandsToMeet: a thread that resumes at a breakpoint hits it. Clients that step threads
	// off breakpoints themselves (gdb, lldb, Delve) have removed the breakpoints they have
	// reported, and expect a hit of one that they leave inserted.
	StandsToMeet bool

	Stuck     WhenStuck     // what Continue does about a loop that makes no progress
	StuckTime time.Duration // how long it must have made none; 0: Continue does not look
}

// FollowFork says which process the debugger keeps after a fork.
type FollowFork int

const (
	FollowParent FollowFork = iota
	FollowChild
)

// DefaultPolicy is what a debugger starts with.
func DefaultPolicy() Policy { return Policy{StuckLimit: 3, Pin: true, StuckTime: DefaultStuckTime} }
