package tracee

import (
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// ErrNoMotion says that the target is only a State: nothing in it runs or can be changed.
var ErrNoMotion error = noMotion{}

type noMotion struct{}

func (noMotion) Error() string { return "a core file cannot run or be changed" }

// Reason returns the error as the text that explains a failed read (expr.MemoryError).
func (e noMotion) Reason() string { return e.Error() }

// Still returns a Target for a State that cannot run or change, such as a core file: every thread
// is held permanently. A method that would resume or change something returns ErrNoMotion.
func Still(s State) Target { return still{s} }

type still struct{ State }

// Alive is true: there are threads to examine.
func (still) Alive() bool { return true }

// Held is true for every thread.
func (s still) Held(tid int) bool {
	var r machine.Regs
	return s.Regs(tid, &r) == nil
}

func (still) Queued(int) bool          { return false }
func (still) Inserted(table.Addr) bool { return false }
func (still) Interrupt()               {}
func (still) Remove(table.Addr) error  { return nil } // nothing is inserted
func (still) Unpin() error             { return nil } // nothing is pinned
func (still) ExitKill(bool)            {}

func (still) WriteMemory(table.Addr, []byte) (int, error)               { return 0, ErrNoMotion }
func (still) SetRegs(int, *machine.Regs) error                          { return ErrNoMotion }
func (still) SetXState(int, []byte) error                               { return ErrNoMotion }
func (still) Insert(table.Addr) error                                   { return ErrNoMotion }
func (still) SetDebug(_, _ int, _ DebugKind, _ table.Addr, _ int) error { return ErrNoMotion }
func (still) Go(int, int, How, time.Duration) (Event, error)            { return Event{}, ErrNoMotion }
func (still) Release(int, int, How) error                               { return ErrNoMotion }
func (still) Wait(func(*Event) bool) (Event, error)                     { return Event{}, ErrNoMotion }
func (still) Hold() error                                               { return nil }
func (still) Syscall(int, uint64, ...uint64) (int64, error)             { return 0, ErrNoMotion }
func (still) StepAside(int) error                                       { return ErrNoMotion }
func (still) SetSignalMask(int, uint64) error                           { return ErrNoMotion }
func (still) Pin(int) error                                             { return ErrNoMotion }
func (still) DetachChild(int) error                                     { return ErrNoMotion }
func (still) Follow(int) error                                          { return ErrNoMotion }
func (still) DropSignal(int) error                                      { return ErrNoMotion }
func (still) Detach() error                                             { return ErrNoMotion }
func (still) Kill() error                                               { return ErrNoMotion }
