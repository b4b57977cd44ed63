package units

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/points"
	"rseqstep/stepper/registration"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Parts are the objects of one process that this package works with. It owns none of them.
type Parts struct {
	Target       tracee.Target
	Drive        *drive.Driver
	Book         *ledger.Book
	Sections     *rseq.Sections
	Points       *points.Set
	Registration *registration.Reader
	Report       *rseq.Report // of the units that have run

	Symbols   Symbols
	Passes    Passes
	Functions Functions
	Host      Host
}

// Symbols is the part of source.Symbols that this package needs.
type Symbols interface {
	// Caller returns the CFA of the innermost frame and the registers of its caller.
	Caller(r *machine.Regs, mem machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool)
}

// Passes counts the passes of sections, for each thread, and sets debug registers to see them.
type Passes interface {
	// Count counts a pass of p.
	Count(th *drive.Thread, p *table.Placed, r rseq.Result)
	// History returns the passes of a thread that did not commit.
	History(th *drive.Thread) *rseq.History
	// Helps records that the thread's counted pass, which was to be helped, has begun.
	Helps(th *drive.Thread)
	// Unwatch frees the debug registers of a held thread that see its passes.
	Unwatch(th *drive.Thread) error
}

// Functions runs the functions of the vDSO.
type Functions interface {
	// Begins reports whether a function begins at pc.
	Begins(pc table.Addr) bool
	// Run returns the move that runs the function whose first instruction a thread stands at, up to
	// its return.
	Run(th *drive.Thread) *drive.Move
	// Contains reports whether pc is in the vDSO.
	Contains(pc table.Addr) bool
	// Step decides for the next instruction of a thread whose PC is in the vDSO. inside: the user
	// steps into its functions.
	Step(th *drive.Thread, inside bool) drive.Answer
}

// Host decides what a place means to the user.
type Host interface {
	// Stops decides whether one of the user's breakpoints stops a thread of a quiet phase where it
	// stands, inside a section or outside.
	Stops(th *drive.Thread) drive.Answer
	// Arrived decides whether one of the user's breakpoints stops a thread that has come to its PC
	// by a step.
	Arrived(th *drive.Thread) drive.Answer
	// Ran decides whether one of the user's watchpoints, in those debug registers (register n at bit
	// n), which were off while a thread ran a unit, stops it behind that. accessed: the unit loads the
	// bytes or stores to them.
	Ran(th *drive.Thread, slots int, accessed bool) drive.Answer
	// Returned decides whether the thread has returned from a function that the user called.
	Returned(th *drive.Thread) drive.Answer
	// ToReturn returns a move of every thread that arrives when the frame of th with this CFA has
	// returned to back.
	ToReturn(th *drive.Thread, back, cfa table.Addr) *drive.Move
}
