package stepper

import (
	"errors"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/points"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// The user's breakpoints, for clients of the Engine.
type (
	Breakpoint     = points.Breakpoint
	BreakpointSpec = points.Spec
	BreakpointKind = points.Kind
	Located        = points.Located
	WatchChange    = points.WatchChange
)

// The kinds of breakpoints, for clients of the Engine.
const (
	BreakSoftware  = points.Software
	BreakHardware  = points.Hardware
	WatchWrite     = points.WatchWrite
	WatchRead      = points.WatchRead
	WatchAccess    = points.WatchAccess
	CatchFork      = points.CatchFork
	CatchVfork     = points.CatchVfork
	CatchExec      = points.CatchExec
	CatchSyscall   = points.CatchSyscall
	CatchSignal    = points.CatchSignal
	CatchVforkDone = points.CatchVforkDone
)

// Errors of AddBreakpoint and EnableBreakpoint.
var (
	ErrNoSlot           = ledger.ErrNoSlot           // all four debug registers are taken
	ErrNoSyscallReports = points.ErrNoSyscallReports // the Target cannot report system calls
)

// Breakpoints lists the user's breakpoints by number.
func (e *Engine) Breakpoints() []*Breakpoint { return e.points.All() }

// AddBreakpoint makes a breakpoint, watchpoint or catchpoint. Errors: ErrInsideSection,
// ErrNoSlot, ErrNoSyscallReports, and those of Symbols.Lookup.
func (e *Engine) AddBreakpoint(s BreakpointSpec) (*Breakpoint, error) { return e.points.Add(s) }

// DeleteBreakpoint removes a breakpoint for good.
func (e *Engine) DeleteBreakpoint(number int) error { return e.undone(e.points.Delete(number)) }

// EnableBreakpoint enables or disables a breakpoint, or one of its Places: 1 is the first, 0
// means the breakpoint. One that cannot be inserted stays disabled.
func (e *Engine) EnableBreakpoint(number, place int, on bool) error {
	if place != 0 {
		return e.undone(e.points.EnablePlace(number, place, on))
	}
	return e.undone(e.points.Enable(number, on))
}

// undone tries once more to undo what an operation failed to undo.
func (e *Engine) undone(err error) error {
	if err != nil && e.book.Outstanding() {
		return e.restoreRestAfter(err)
	}
	return err
}

// uprootAll removes all breakpoints, the user's and the one at the dynamic linker's hook.
func (e *Engine) uprootAll() error { return errors.Join(e.linker.unlisten(), e.points.UprootAll()) }

// host is the Engine as points.Set needs it.
type host struct{ e *Engine }

func (h host) ReadMemory(a table.Addr, p []byte) (int, error) { return h.e.target.ReadMemory(a, p) }
func (h host) Alive() bool                                    { return h.e.target.Alive() }
func (h host) Notify(format string, args ...any)              { h.e.drive.Notify(format, args...) }

// ReportSyscalls is points.Host.ReportSyscalls. Errors: ErrNoSyscallReports.
func (h host) ReportSyscalls(on bool) error {
	t, ok := h.e.target.(tracee.SyscallTarget)
	switch {
	case ok:
		t.ReportSyscalls(on)
	case on:
		return ErrNoSyscallReports
	}
	return nil
}

// Holds is points.Host.Holds: it selects the thread while when runs.
func (h host) Holds(tid int, when func(int) (bool, error)) (bool, error) {
	selected := h.e.drive.Current()
	defer func() { h.e.drive.Select(selected) }()
	h.e.drive.Select(tid)
	return when(tid)
}
