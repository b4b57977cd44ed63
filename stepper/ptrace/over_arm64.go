//go:build linux && arm64

package ptrace

import (
	"encoding/binary"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// siAddr is where a siginfo_t has si_addr (include/uapi/asm-generic/siginfo.h).
const siAddr = 16

// readyResume prepares a stopped thread for a request that resumes it, and returns the request: a step,
// if the thread must pass a slot at its PC first.
func (p *Process) readyResume(t *thread, req int) (int, error) {
	d := &t.debug
	if d.passes && d.over == 0 && d.inUse() {
		if err := p.load(t); err != nil {
			return req, err
		}
		if slots := d.executes(t.regs.now.PC()); slots != 0 {
			d.over, d.from, d.hidden, d.stale = req, t.regs.now.PC(), slots, true
			req = reqSingleStep
		}
	}
	p.spendPass(t)
	if d.stale {
		if err := p.flushDebug(t); err != nil {
			return req, err
		}
	}
	if req == reqSingleStep {
		return req, p.readyStep(t)
	}
	return req, nil
}

// stepOverAccess executes the instruction that is about to make an access which slots wait for.
func (p *Process) stepOverAccess(t *thread, slots int) error {
	d := &t.debug
	if d.over == 0 {
		d.over, d.from = t.how, 0
	}
	if d.hit == 0 {
		d.access = t.regs.now.PC()
	}
	d.hit |= slots
	d.hidden |= slots
	d.stale = true
	t.stop, t.signal = stopTrap, 0
	return p.resume(t, reqSingleStep, 0)
}

// leaveOver ends a step over hidden slots, in any stop.
func (p *Process) leaveOver(t *thread) error {
	d := &t.debug
	if d.over == 0 {
		return nil
	}
	if t.stop == stopEvent && trapPending(t.tid) { // it ends when that is taken
		return nil
	}
	from := d.from
	t.how = d.over
	d.over, d.from, d.access, d.hidden, d.hit, d.stale = 0, 0, 0, 0, 0, true
	if from == 0 {
		return nil
	}
	if err := p.load(t); err != nil {
		return err
	}
	if t.regs.now.PC() == from { // it has not been executed yet
		d.passes = true
		t.regs.now.SetPassesDebug(true)
	}
	return nil
}

// endOver handles the end of a step. Only the step of a step over hidden slots may not be the caller's.
func (p *Process) endOver(t *thread, handler bool) error {
	hit, access, over := t.debug.hit, t.debug.access, t.debug.over != 0
	if err := p.leaveOver(t); err != nil {
		return err
	}
	p.spendPass(t)
	switch {
	case hit != 0 && !handler:
		return p.took(t, tracee.Event{Kind: tracee.EventDebug, Slot: lowest(hit), Slots: hit, Addr: access})
	case over && t.how != reqSingleStep:
		t.stop, t.signal = stopTrap, 0
		return p.resume(t, t.how, 0)
	case handler:
		return p.takeHandler(t)
	}
	return p.took(t, tracee.Event{Kind: tracee.EventStep})
}

// spendPass clears the flag that a slot at the PC is to be passed.
func (p *Process) spendPass(t *thread) {
	t.debug.passes = false
	t.regs.now.SetPassesDebug(false)
}

// takeSlot handles a debug register's trap; taken is false if no slot explains it.
func (p *Process) takeSlot(t *thread, at table.Addr) (taken bool, err error) {
	if err := p.load(t); err != nil {
		return false, err
	}
	d := &t.debug
	if slots := d.executes(at); slots != 0 && at == t.regs.now.PC() {
		if d.hit != 0 {
			return true, p.endOver(t, false) // as in takeTrap
		}
		if err := p.leaveOver(t); err != nil {
			return false, err
		}
		d.passes = true
		t.regs.now.SetPassesDebug(true)
		return true, p.took(t, tracee.Event{Kind: tracee.EventDebug, Slot: lowest(slots), Slots: slots})
	}
	if slots := d.accesses(at) &^ d.hidden; slots != 0 {
		return true, p.stepOverAccess(t, slots)
	}
	return false, nil
}

// takeTrap distinguishes the SIGTRAPs: a step, a breakpoint, a debug register, or one of the program's own.
func (p *Process) takeTrap(t *thread) error {
	var info [siginfoSize]byte
	if _, e := ptraceBytes(reqGetSiginfo, t.tid, 0, info[:]); e != 0 {
		return p.fail(t, "read siginfo", e)
	}
	code, sender := codeAndSender(info[:])
	stepping := t.how == reqSingleStep
	switch {
	case code == codeBreakpoint && t.debug.hit != 0:
		return p.endOver(t, false) // the step has led to an abort handler, and stops there next time
	case code == codeUser && sender == 0 && stepping:
		after, err := p.afterSyscall(t)
		if err != nil {
			return err
		}
		if after {
			return p.endOver(t, false)
		}
	case code == codeTrace && stepping:
		return p.endOver(t, false)
	case code == codeHandler && stepping:
		return p.endOver(t, true)
	case code == codeHardware:
		at := p.Arch().Untagged(table.Addr(binary.LittleEndian.Uint64(info[siAddr:])))
		if taken, err := p.takeSlot(t, at); taken || err != nil {
			return err
		}
	}
	if err := p.leaveOver(t); err != nil {
		return err
	}
	if code == codeBreakpoint {
		return p.takeBreakpoint(t)
	}
	return p.takeOwnTrap(t)
}
