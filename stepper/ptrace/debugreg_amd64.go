//go:build linux

package ptrace

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/sys/unix"

	"rseqstep/stepper"
	"rseqstep/table"
)

// debugSlots is the number of address registers, DR0 to DR3.
const debugSlots = 4

// slot is what one debug register is to watch.
type slot struct {
	kind   stepper.DebugKind
	addr   table.Addr
	length int // bytes
}

// debugState is what a thread's debug registers hold, so that setting what is
// set already costs nothing. A slot that is off keeps its address, so that
// switching it costs one request.
type debugState struct {
	addr    [debugSlots]table.Addr
	control uint64 // DR7
}

// controlBits is a slot's part of DR7 for slot 0: the local enable bit 0, R/W
// at 16, LEN at 18. Intel SDM volume 3, 18.2.4 "Debug Control Register".
func (s slot) controlBits() (uint64, error) {
	if s.kind == stepper.DebugOff {
		return 0, nil
	}
	var rw, length uint64
	switch s.kind {
	case stepper.DebugExecute:
		if s.length > 1 {
			return 0, fmt.Errorf("%w: an execution breakpoint has length 1", unix.EINVAL)
		}
		return 1, nil
	case stepper.DebugWrite:
		rw = 1
	case stepper.DebugReadWrite:
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

// SetDebug fills a debug register of one thread; tid 0 means every thread and
// those to come. Precondition: the threads meant are held.
func (p *Process) SetDebug(tid, n int, kind stepper.DebugKind, addr table.Addr, length int) error {
	if n < 0 || n >= debugSlots {
		return &Error{Op: "set debug register", TID: tid, Err: fmt.Errorf("%w: slot %d", unix.EINVAL, n)}
	}
	s := slot{kind, addr, length}
	control, err := s.controlBits()
	if err != nil {
		return &Error{Op: "set debug register", TID: tid, Err: err}
	}
	if tid != 0 {
		t, err := p.findHeld(tid, "set debug register")
		if err != nil {
			return err
		}
		return p.setSlot(t, n, s, control)
	}
	p.all[n] = s
	var errs error
	for _, t := range append([]*thread(nil), p.order...) {
		if t.zombie {
			continue
		}
		if !t.held {
			errs = errors.Join(errs, &Error{Op: "set debug register", TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)})
			continue
		}
		if err := p.setSlot(t, n, s, control); err != nil && !errors.Is(err, unix.ESRCH) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

func (p *Process) setSlot(t *thread, n int, s slot, control uint64) error {
	d := &t.debug
	want := d.control&^place(slotBits, n) | place(control, n)
	if s.kind != stepper.DebugOff && d.addr[n] != s.addr {
		// The kernel checks the new address against the old length at once: so
		// the slot's whole part of DR7 goes first, which leaves length 1.
		if off := d.control &^ place(slotBits, n); off != d.control {
			if err := p.pokeDebug(t, 7, off); err != nil {
				return err
			}
			d.control = off
		}
		if err := p.pokeDebug(t, n, uint64(s.addr)); err != nil {
			return err
		}
		d.addr[n] = s.addr
	}
	if want == d.control {
		return nil
	}
	if err := p.pokeDebug(t, 7, want); err != nil {
		return err
	}
	d.control = want
	return nil
}

func (p *Process) pokeDebug(t *thread, n int, v uint64) error {
	if e := ptraceCall(reqPokeUser, t.tid, userDebugReg+8*uintptr(n), uintptr(v)); e != 0 {
		return p.fail(t, fmt.Sprintf("write debug register %d", n), e)
	}
	return nil
}

// inherit gives a new thread the registers that every thread has: the kernel
// starts it with none (copy_thread, arch/x86/kernel/process.c).
func (p *Process) inherit(t *thread) error {
	for n, s := range p.all {
		if s.kind == stepper.DebugOff {
			continue
		}
		control, err := s.controlBits()
		if err == nil {
			err = p.setSlot(t, n, s, control)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// matched reads and clears DR6: the slots in use that the last debug exception
// matched, as bits.
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
	if dr6&(1<<debugSlots-1) == 0 {
		return 0, nil
	}
	return slots, p.pokeDebug(t, 6, 0)
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
	t.debug.control = 0
	return nil
}
