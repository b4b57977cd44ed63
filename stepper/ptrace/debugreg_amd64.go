//go:build linux && amd64

package ptrace

import (
	"fmt"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

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
func (s slot) controlBits() uint64 {
	switch s.kind {
	case tracee.DebugExecute:
		return 1
	case tracee.DebugWrite:
		return 1 | 1<<16 | debugLength(s.length)<<18
	case tracee.DebugReadWrite:
		return 1 | 3<<16 | debugLength(s.length)<<18
	}
	return 0
}

// debugLength is LEN for 1, 2, 4 or 8 bytes.
func debugLength(n int) uint64 {
	switch n {
	case 2:
		return 1
	case 4:
		return 3
	case 8:
		return 2
	}
	return 0
}

// slotBits are all the bits of DR7 that belong to slot 0.
const slotBits = 3 | 0xf<<16

// place moves slot 0's bits to slot i: enable bits are two apart, R/W and LEN four.
func place(control uint64, i int) uint64 {
	return control&3<<(2*i) | control>>16<<(16+4*i)
}

// set records the wanted contents of slot n.
func (d *debugState) set(n int, s slot) {
	control := s.controlBits()
	d.wantControl = d.wantControl&^place(slotBits, n) | place(control, n)
	if control != 0 {
		d.wantAddr[n] = s.addr
	}
	d.stale = true
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

// matched reads DR6: the used slots that the last debug exception matched, as
// bits. DR6 need not be cleared, because every debug exception in user mode
// sets the visible value anew (exc_debug_user, arch/x86/kernel/traps.c).
func (p *Process) matched(t *thread) (int, error) {
	if !t.debug.inUse() {
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

// inUse reports whether the thread has an enabled register.
func (d *debugState) inUse() bool { return d.control != 0 }

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
