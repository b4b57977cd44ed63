package stepper

import (
	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/points"
	"rseqstep/stepper/progress"
	"rseqstep/stepper/registration"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/steps"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
	"rseqstep/table"
)

// Engine carries out stepping commands on a Target. Call its methods only on the OS thread that
// made the Target. Between commands every thread of the program is held. A command takes a
// context: when the context ends, on whatever goroutine, the Engine holds every thread again
// and the Stop is StopInterrupt; if it has ended before the command begins, no thread moves.
type Engine struct {
	target tracee.Target
	policy Policy

	code
	rseq     *registration.Reader // of each thread
	points   *points.Set          // the user's breakpoints
	called   *call.Calls          // the functions that the user called and that have not returned
	progress *progress.Watch      // of the passes that do not commit
	book     *ledger.Book         // what the debugger has changed in the program for its own purposes

	drive *drive.Driver
	mind  *mind // what it asks
	units *units.Runner
	steps *steps.Stepper
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
