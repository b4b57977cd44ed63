//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// debugSlots is the number of address registers, DR0 to DR3.
const debugSlots = 4

// slot is the requested contents of one debug register.
type slot struct {
	kind   tracee.DebugKind
	addr   table.Addr
	length int // bytes
}

// debugState holds what a thread's debug registers contain and what they are to
// contain when it resumes. flushDebug writes all changes at once before the
// resume: a slot that is cleared and set again between two resumes costs
// nothing. A cleared slot keeps its address, so setting or clearing it costs
// one request.
type debugState struct {
	addr    [debugSlots]table.Addr
	control uint64 // DR7

	wantAddr    [debugSlots]table.Addr // of the slots enabled in wantControl
	wantControl uint64
	stale       bool // contents and wanted contents may differ
}

// controlBits is a slot's part of DR7 for slot 0: the local enable bit 0, R/W
// at 16, LEN at 18. Intel SDM volume 3, 18.2.4 "Debug Control Register".
func (s slot) controlBits() (uint64, error) {
	if s.kind == tracee.DebugOff {
		return 0, nil
	}
	var rw, length uint64
	switch s.kind {
	case tracee.DebugExecute:
		if s.length > 1 {
			return 0, fmt.Errorf("%w: an execution breakpoint has length 1", unix.EINVAL)
		}
		return 1, nil
	case tracee.DebugWrite:
		rw = 1
	case tracee.DebugReadWrite:
		rw = 3
	default:
		return 0, fmt.Errorf("%w: debug kind %d", unix.EINVAL, s.kind)
	}
	switch s.length {
	case 1:
		length = 0
	case 2:
		length = 1
	case 4:
		length = 3
	case 8:
		length = 2
	default:
		return 0, fmt.Errorf("%w: a watchpoint covers 1, 2, 4 or 8 bytes, not %d", unix.EINVAL, s.length)
	}
	if uint64(s.addr)%uint64(s.length) != 0 {
		return 0, fmt.Errorf("%w: a watchpoint of %d bytes must be aligned, %v is not", unix.EINVAL, s.length, s.addr)
	}
	return 1 | rw<<16 | length<<18, nil
}

// slotBits are all the bits of DR7 that belong to slot 0.
const slotBits = 3 | 0xf<<16

// place moves slot 0's bits to slot i: enable bits are two apart, R/W and LEN four.
func place(control uint64, i int) uint64 {
	return control&3<<(2*i) | control>>16<<(16+4*i)
}

// userEnd is the first address beyond user space: 47 bits, or 56 with
// five-level page tables. See Documentation/arch/x86/x86_64/mm.rst.
const userEnd = 1 << 56

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
	control, err := s.controlBits()
	if err == nil && control != 0 && addr >= userEnd {
		err = fmt.Errorf("%w: %v is not a user-space address", unix.EINVAL, addr)
	}
	if err != nil {
		return fail(err)
	}
	if tid != 0 {
		t, err := p.findHeld(tid, op)
		if err == nil {
			t.debug.set(n, s, control)
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
			t.debug.set(n, s, control)
		}
	}
	return errs
}

// set records the wanted contents of slot n.
func (d *debugState) set(n int, s slot, control uint64) {
	d.wantControl = d.wantControl&^place(slotBits, n) | place(control, n)
	if control != 0 {
		d.wantAddr[n] = s.addr
	}
	d.stale = true
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

// flushDebug writes the changes recorded by SetDebug. If the kernel refuses,
// the thread keeps its old registers.
func (p *Process) flushDebug(t *thread) error {
	d := &t.debug
	err := p.writeDebug(t)
	if err != nil {
		d.wantAddr, d.wantControl = d.addr, d.control
	}
	d.stale = false
	return err
}

func (p *Process) writeDebug(t *thread) error {
	d := &t.debug
	off := d.control
	moved := [debugSlots]bool{}
	for n := range debugSlots {
		if d.wantControl>>(2*n)&3 != 0 && d.addr[n] != d.wantAddr[n] {
			// The kernel checks the new address against the old length
			// immediately, so clear the slot's part of DR7 first, which leaves
			// length 1.
			moved[n] = true
			off &^= place(slotBits, n)
		}
	}
	if off != d.control {
		if err := p.pokeDebug(t, 7, off); err != nil {
			return err
		}
		d.control = off
	}
	for n := range debugSlots {
		if !moved[n] {
			continue
		}
		if err := p.pokeDebug(t, n, uint64(d.wantAddr[n])); err != nil {
			return err
		}
		d.addr[n] = d.wantAddr[n]
	}
	if d.wantControl == d.control {
		return nil
	}
	if err := p.pokeDebug(t, 7, d.wantControl); err != nil {
		return err
	}
	d.control = d.wantControl
	return nil
}

func (p *Process) pokeDebug(t *thread, n int, v uint64) error {
	if e := ptraceCall(reqPokeUser, t.tid, userDebugReg+8*uintptr(n), uintptr(v)); e != 0 {
		return p.fail(t, fmt.Sprintf("write debug register %d", n), e)
	}
	return nil
}

// copied is the state of a thread that a thread with state d has created: no register
// enabled (copy_thread, arch/x86/kernel/process.c), but the DR7 that a debugger reads is
// the maker's. So DR7 is written before the thread resumes, even if it is to be clear.
func (d *debugState) copied() debugState {
	return debugState{control: d.control, stale: d.control != 0}
}

// inherit gives a new thread the registers that all threads have.
func (p *Process) inherit(t *thread) {
	for n, s := range p.all {
		if control, err := s.controlBits(); err == nil && control != 0 { // SetDebug has checked it
			t.debug.set(n, s, control)
		}
	}
}

// matched reads DR6: the used slots that the last debug exception matched, as
// bits. DR6 need not be cleared, because every debug exception in user mode
// sets the visible value anew (exc_debug_user, arch/x86/kernel/traps.c).
func (p *Process) matched(t *thread) (int, error) {
	if t.debug.control == 0 {
		return 0, nil
	}
	dr6, e := ptraceWord(reqPeekUser, t.tid, userDebugReg+6*8)
	if e != 0 {
		return 0, p.fail(t, "read debug status", e)
	}
	slots := 0
	for n := range debugSlots {
		if dr6>>n&1 != 0 && t.debug.control>>(2*n)&3 != 0 {
			slots |= 1 << n
		}
	}
	return slots, nil
}

// lowest is the number of the lowest bit.
func lowest(slots int) int { return bits.TrailingZeros(uint(slots)) }

// clearDebug disables every debug register of a thread.
func (p *Process) clearDebug(t *thread) error {
	if t.debug.control == 0 {
		return nil
	}
	if err := p.pokeDebug(t, 7, 0); err != nil {
		return err
	}
	t.debug = debugState{}
	return nil
}
