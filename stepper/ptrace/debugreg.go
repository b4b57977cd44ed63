//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// debugSlots is the number of slots of a thread for callers, whatever the processor has.
const debugSlots = 4

// slot is the requested contents of one debug register.
type slot struct {
	kind   tracee.DebugKind
	addr   table.Addr
	length int // bytes
}

// userEnd is an address beyond user space, which has 56 bits at most: x86-64's with five-level page
// tables (Documentation/arch/x86/x86_64/mm.rst).
const userEnd = 1 << 56

// check reports why a slot cannot be.
func (s slot) check() error {
	switch {
	case s.kind == tracee.DebugOff:
		return nil
	case s.kind < tracee.DebugOff || s.kind > tracee.DebugReadWrite:
		return fmt.Errorf("%w: debug kind %d", unix.EINVAL, s.kind)
	case s.addr >= userEnd:
		return fmt.Errorf("%w: %v is not a user-space address", unix.EINVAL, s.addr)
	case s.kind == tracee.DebugExecute && s.addr%opAlign != 0:
		return notAligned(s.addr)
	case s.kind == tracee.DebugExecute && s.length > 1:
		return fmt.Errorf("%w: an execution breakpoint has length 1", unix.EINVAL)
	case s.kind == tracee.DebugExecute:
		return nil
	case s.length < 1 || s.length > 8 || bits.OnesCount(uint(s.length)) != 1:
		return fmt.Errorf("%w: a watchpoint covers 1, 2, 4 or 8 bytes, not %d", unix.EINVAL, s.length)
	case uint64(s.addr)%uint64(s.length) != 0:
		return fmt.Errorf("%w: a watchpoint of %d bytes must be aligned, %v is not", unix.EINVAL, s.length, s.addr)
	}
	return nil
}

// notAligned is the error of a breakpoint where no instruction begins.
func notAligned(a table.Addr) error {
	return fmt.Errorf("%w: an instruction begins at a multiple of %d, %v is none", unix.EINVAL, opAlign, a)
}

// SetDebug sets a debug register of one thread; tid 0 means every present and
// future thread. Precondition: the threads concerned are stopped. A refusal
// that only the kernel can make (perf uses all registers of a CPU: ENOSPC) is
// the error of the request that next resumes the thread.
func (p *Process) SetDebug(tid, n int, kind tracee.DebugKind, addr table.Addr, length int) error {
	const op = "set debug register"
	fail := func(err error) error { return &Error{Op: op, TID: tid, Err: err} }
	if n < 0 || n >= debugSlots {
		return fail(fmt.Errorf("%w: slot %d", unix.EINVAL, n))
	}
	s := slot{kind, addr, length}
	if err := s.check(); err != nil {
		return fail(err)
	}
	if tid != 0 {
		t, err := p.findHeld(tid, op)
		if err == nil {
			t.debug.set(n, s)
		}
		return err
	}
	p.all[n] = s
	var errs error
	for _, t := range p.order {
		switch {
		case t.zombie, t.dying: // it executes nothing more
		case !t.held:
			errs = errors.Join(errs, &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)})
		default:
			t.debug.set(n, s)
		}
	}
	return errs
}

// FlushDebug writes the changes recorded by SetDebug to the stopped threads
// now, before they resume.
func (p *Process) FlushDebug() error {
	var errs error
	for _, t := range p.order {
		if t.held && t.debug.stale {
			errs = errors.Join(errs, p.flushDebug(t))
		}
	}
	return errs
}

// inherit gives a new thread the registers that all threads have.
func (p *Process) inherit(t *thread) {
	for n, s := range p.all {
		if s.kind != tracee.DebugOff {
			t.debug.set(n, s)
		}
	}
}

// lowest is the number of the lowest bit.
func lowest(slots int) int { return bits.TrailingZeros(uint(slots)) }
