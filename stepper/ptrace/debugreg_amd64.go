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

// slot is what one debug register is to watch.
type slot struct {
	kind   tracee.DebugKind
	addr   table.Addr
	length int // bytes
}

// debugState is what a thread's debug registers hold and what they are to
// hold when it goes on. They are written then, all changes at once: a slot
// that is switched off and on again between two resumes costs nothing, and one
// that is off keeps its address, so that switching it costs one request.
type debugState struct {
	addr    [debugSlots]table.Addr
	control uint64 // DR7

	wantAddr    [debugSlots]table.Addr // of slots that wantControl has on
	wantControl uint64
	stale       bool // the two may differ
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

// userEnd is the first address that a program cannot have: 47 bits, or 56 with
// five-level page tables. See Documentation/arch/x86/x86_64/mm.rst.
const userEnd = 1 << 56

// SetDebug fills a debug register of one thread; tid 0 means every thread and
// those to come. Precondition: the threads meant are held. What only the kernel
// can refuse (all registers of a CPU taken by perf: ENOSPC) is the error of the
// request that next resumes the thread.
func (p *Process) SetDebug(tid, n int, kind tracee.DebugKind, addr table.Addr, length int) error {
	const op = "set debug register"
	fail := func(err error) error { return &Error{Op: op, TID: tid, Err: err} }
	if n < 0 || n >= debugSlots {
		return fail(fmt.Errorf("%w: slot %d", unix.EINVAL, n))
	}
	s := slot{kind, addr, length}
	control, err := s.controlBits()
	if err == nil && control != 0 && addr >= userEnd {
		err = fmt.Errorf("%w: %v is no address of a program", unix.EINVAL, addr)
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
		case t.zombie, t.dying: // it runs nothing more
		case !t.held:
			errs = errors.Join(errs, &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)})
		default:
			t.debug.set(n, s, control)
		}
	}
	return errs
}

// set notes what slot n is to be.
func (d *debugState) set(n int, s slot, control uint64) {
	d.wantControl = d.wantControl&^place(slotBits, n) | place(control, n)
	if control != 0 {
		d.wantAddr[n] = s.addr
	}
	d.stale = true
}

// FlushDebug writes what SetDebug has noted for the held threads now, and not
// only when each of them goes on.
func (p *Process) FlushDebug() error {
	var errs error
	for _, t := range p.order {
		if t.held && t.debug.stale {
			errs = errors.Join(errs, p.flushDebug(t))
		}
	}
	return errs
}

// flushDebug writes what SetDebug has noted. If the kernel refuses, the thread
// keeps what it had.
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
			// The kernel checks the new address against the old length at once:
			// so the slot's part of DR7 goes first, which leaves length 1.
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

// copied is what a thread has that one with d has made: no register on (copy_thread,
// arch/x86/kernel/process.c), but the word that a debugger reads as its DR7 is
// its maker's. So it is written before the thread goes on, even where it is to have none.
func (d *debugState) copied() debugState {
	return debugState{control: d.control, stale: d.control != 0}
}

// inherit gives a new thread the registers that every thread has.
func (p *Process) inherit(t *thread) {
	for n, s := range p.all {
		if control, err := s.controlBits(); err == nil && control != 0 { // SetDebug has checked it
			t.debug.set(n, s, control)
		}
	}
}

// matched reads DR6: the slots in use that the last debug exception matched,
// as bits. It need not be cleared, because every debug exception in user mode
// sets the value that we see anew (exc_debug_user, arch/x86/kernel/traps.c).
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

// clearDebug switches every debug register of a thread off.
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
