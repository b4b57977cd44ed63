package stepper

import (
	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/line"
	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/points"
	"rseqstep/stepper/progress"
	"rseqstep/stepper/registration"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
	"rseqstep/stepper/vdso"
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
	units    *units.Runner
	provider *opvcall.Provider // of cpu_opv; nil: the debugger provides none

	sections *rseq.Sections       // and the code around them
	rseq     *registration.Reader // of each thread
	program  *line.Program        // and the lines of its source
	vdso     *vdso.Stepper

	points    *points.Set  // the user's breakpoints
	called    *call.Calls  // the functions that the user called and that have not returned
	book      *ledger.Book // what the debugger has changed in the program for its own purposes
	hook      table.Addr   // the function that the dynamic linker calls when libraries change; 0 when unknown
	listening bool         // hook must have a breakpoint, once it is known
	signals   *SignalTable

	fork     *undecided // a caught fork, until the user chooses one of its processes
	progress *progress.Watch
	report   struct {
		rseq.Report
		child int // a process that the command under way forked and detached; 0: none
	}
	observer Observer
}

// SignalTable is the `handle` table, and Disposition what it says of a signal.
type (
	SignalTable = signals.Table
	Disposition = signals.Disposition
)

// ModuleReader reads the modules that the process has mapped now.
type ModuleReader func() ([]*table.Module, error)

// Policy is what the user may set.
type Policy struct {
	progress.Limits
	Inside     bool // step instructions inside sections
	FollowFork FollowFork
	StepOver   StepOver // the functions that step does not enter; nil: none
	Pin        bool     // let the debugger share one CPU with the stepped thread during bursts of steps
	Linger     bool     // keep sharing it between commands, until Rest

	// StandsToMeet: a thread that resumes at a breakpoint hits it. Clients that step threads
	// off breakpoints themselves (gdb, lldb, Delve) have removed the breakpoints they have
	// reported, and expect a hit of one that they leave inserted.
	StandsToMeet bool
}

// FollowFork says which process the debugger keeps after a fork.
type FollowFork int

const (
	FollowParent FollowFork = iota
	FollowChild
)

// DefaultPolicy is what a debugger starts with.
func DefaultPolicy() Policy { return Policy{Limits: progress.DefaultLimits(), Pin: true} }
