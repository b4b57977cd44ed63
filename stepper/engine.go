package stepper

import (
	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/observe"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/points"
	"rseqstep/stepper/progress"
	"rseqstep/stepper/registration"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/steps"
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

// New makes an Engine for a target all of whose threads are held.
func New(t tracee.Target, s Symbols, m ModuleReader, p Policy) (*Engine, error) {
	e := &Engine{target: t, policy: p, book: ledger.New(t)}
	e.code = code{modules: m, symbols: s, sections: rseq.New(t.Arch(), t, rseq.OfSource(s)), linker: linker{book: e.book}}
	e.mind = &mind{Engine: e, signals: signals.NewTable()}
	e.points = points.New(host{e}, e.book, e.sections, s)
	e.drive = drive.New(t, e.book, e.mind)
	e.rseq = registration.New(t, e.drive, e.sections, e.points)
	e.called = call.New(t, e.drive, e.book, e.sections, s)
	e.vdso = vdso.New(t, e.sections, vdsoHost{e}, tracee.BlockPatience)
	e.progress = progress.New(t, e.drive, e.book, e.sections, watched{e}, &e.policy.Limits)
	e.rseq.Seen = e.progress.Arms
	e.units = units.New(units.Parts{
		Target: t, Drive: e.drive, Book: e.book, Sections: e.sections, Points: e.points, Registration: e.rseq,
		Report: new(rseq.Report), Symbols: s, Passes: e.progress, Functions: e.vdso, Host: unitHost{e},
	})
	e.steps = steps.New(e.units, e.progress, s)
	decideSkips(e)
	e.mind.observed = observe.New(e.units, func(tid int) drive.Stop { return &Stop{Reason: StopInterrupt, TID: tid} })
	for _, tid := range t.Threads() {
		e.drive.Adopt(tid)
		if e.drive.Current() == 0 {
			e.drive.Select(tid)
		}
	}
	if err := e.reload(); err != nil {
		return nil, err
	}
	return e, nil
}

// ProvideCPUOpv provides the cpu_opv system call of that ABI to the program and its child
// processes (opvcall.New). Errors: opvcall.ErrNotTrapped.
func (e *Engine) ProvideCPUOpv(abi opv.ABI) (err error) {
	if e.mind.provider, err = opvcall.New(e.target, e.drive, abi); err == nil {
		e.rseq.OwnFilters = 1 // the one that traps the calls
	}
	return err
}

// Target is the process the Engine works on.
func (e *Engine) Target() tracee.Target { return e.target }

// Symbols are those that the Engine uses.
func (e *Engine) Symbols() Symbols { return e.symbols }

// Image is the sections known now; it changes when the program loads or unloads libraries.
func (e *Engine) Image() *table.Image { return e.sections.Image() }

// VDSO is the process's vDSO, nil if it has none or the Engine cannot read it.
func (e *Engine) VDSO() *machine.VDSO { return e.vdso.Image() }

// Policy is what the user may set; changes take effect with the next command.
func (e *Engine) Policy() *Policy { return &e.policy }

// Signals is the `handle` table.
func (e *Engine) Signals() *SignalTable { return e.mind.signals }

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
