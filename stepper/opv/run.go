package opv

import (
	"fmt"

	"rseqstep/stepper/machine"
	amd64regs "rseqstep/stepper/machine/amd64"
	arm64regs "rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/stepper/opv/interp/amd64"
	"rseqstep/stepper/opv/interp/arm64"
	"rseqstep/table"
)

// What an interpreted pass is described with (package interp).
type (
	State      = interp.State
	Result     = interp.Result
	Access     = interp.Access
	AccessKind = interp.AccessKind
)

// The kinds of accesses.
const (
	AccessRead  = interp.AccessRead
	AccessWrite = interp.AccessWrite
	AccessAdd   = interp.AccessAdd // read, a number added, written back
)

// Errors of interpreting (package interp).
var (
	ErrUnsupported = interp.ErrUnsupported
	ErrTooLong     = interp.ErrTooLong
	ErrFault       = interp.ErrFault
	ErrNoPlan      = interp.ErrNoPlan
)

// MaxSteps bounds Run, instructions.
const MaxSteps = interp.MaxSteps

// Understands reports whether this package has an interpreter for an architecture's code.
func Understands(a *machine.Arch) bool { return setOf(a) != nil }

// setOf is an architecture's instruction set, nil for one that there is no interpreter for.
func setOf(a *machine.Arch) interp.Set {
	switch a {
	case amd64regs.Arch():
		return amd64.Set()
	case arm64regs.Arch():
		return arm64.Set()
	}
	return nil
}

// setFor is the instruction set of a state's registers.
func setFor(s *State) (interp.Set, error) {
	if set := setOf(s.Arch()); set != nil {
		return set, nil
	}
	return nil, fmt.Errorf("code of an unknown architecture: %w", ErrUnsupported)
}

// Run executes a section from its start, with the registers of s, until its PC
// is outside. It writes nothing to mem. Errors wrap ErrUnsupported, ErrFault,
// ErrTooLong, or mem's error for inaccessible memory; the Result then covers
// everything before the failing instruction.
func Run(body *machine.Body, s State, mem machine.Memory) (Result, error) {
	_, r, err := pass(body, s, mem, interp.Fields{})
	return r, err
}

// pass is Run for a thread with an area.
func pass(body *machine.Body, s State, mem machine.Memory, area interp.Fields) (*interp.Pass, Result, error) {
	set, err := setFor(&s)
	if err != nil {
		return nil, Result{}, err
	}
	p := interp.NewPass(body, s, interp.NewOverlay(func(addr table.Addr, b []byte) error { return read(mem, addr, b) }))
	p.Assume(area)
	r, err := p.Run(set.Executor(p))
	return p, r, err
}

// LoadVectors fills s.Vec from the area of a thread's other registers (tracee.State.XState).
// Error: an area that StoreVectors could not write.
func LoadVectors(s *State, area []byte) error {
	set, err := setFor(s)
	if err != nil {
		return err
	}
	return set.LoadVectors(s, area)
}

// StoreVectors writes s.Vec into such an area. It zeroes the rest of the registers that lost it
// (State.Cleared).
func StoreVectors(s *State, area []byte) error {
	set, err := setFor(s)
	if err != nil {
		return err
	}
	return set.StoreVectors(s, area)
}
