//go:build linux && amd64

package ptrace

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// registers caches a stopped thread's general registers. They change only
// through SetRegs, so one read serves a stop.
type registers struct {
	known bool
	now   machine.Regs

	// atStop are the registers at the stop, kept from the first change on;
	// changed says that there was one.
	changed bool
	atStop  machine.Regs
}

// noSyscall in orig_rax tells the kernel that the thread is in no system call
// that it would have to restart (syscall_get_nr, arch/x86/include/asm/syscall.h).
const noSyscall = ^uint64(0)

// load makes t.regs.now current.
func (p *Process) load(t *thread) error {
	if t.regs.known {
		return nil
	}
	if e := ptraceRegs(reqGetRegs, t.tid, &t.regs.now); e != 0 {
		return p.fail(t, "read registers", e)
	}
	t.regs.now.Filled(p.Arch())
	t.regs.known = true
	return nil
}

// Regs reads the general registers.
func (p *Process) Regs(tid int, r *machine.Regs) error {
	t, err := p.findHeld(tid, "read registers")
	if err != nil {
		return err
	}
	if err := p.load(t); err != nil {
		return err
	}
	*r = t.regs.now
	return nil
}

// SetRegs writes the general registers. If a thread is stopped in a system call
// and gets another PC, SetRegs takes it out of that call: the kernel would
// otherwise "restart" it by moving the new PC back two bytes. Writing back the
// registers of the stop puts the thread back into the call.
func (p *Process) SetRegs(tid int, r *machine.Regs) error {
	t, err := p.findHeld(tid, "write registers")
	if err != nil {
		return err
	}
	if err := p.load(t); err != nil {
		return err
	}
	if !t.regs.changed {
		t.regs.changed, t.regs.atStop = true, t.regs.now
	}
	w := *r
	if w.PC() != t.regs.atStop.PC() && w.SyscallNumber() == t.regs.atStop.SyscallNumber() {
		w.ForgetSyscall()
	}
	return p.store(t, &w)
}

// store writes registers as they are.
func (p *Process) store(t *thread, r *machine.Regs) error {
	if e := ptraceRegs(reqSetRegs, t.tid, r); e != 0 {
		return p.fail(t, "write registers", e)
	}
	t.regs.now, t.regs.known = *r, true
	return nil
}

// rewind sets the PC of a thread that executed an int3 back onto it.
func (p *Process) rewind(t *thread, to table.Addr) error {
	if e := ptraceCall(reqPokeUser, t.tid, userRip, uintptr(to)); e != 0 {
		return p.fail(t, "rewind", e)
	}
	t.regs.now.SetPC(to)
	return nil
}

// XState is the thread's XSAVE area. With AMX it is over 8 kB, without XSAVE 576 bytes.
func (p *Process) XState(tid int) ([]byte, error) {
	t, err := p.findHeld(tid, "read vector state")
	if err != nil {
		return nil, err
	}
	for size := 4096; ; size *= 2 {
		area := make([]byte, size)
		n, e := ptraceRegSet(reqGetRegSet, t.tid, noteXState, area)
		if e == unix.ENODEV {
			if area, e = fxState(t.tid); e == 0 {
				return area, nil
			}
		}
		if e != 0 {
			return nil, p.fail(t, "read vector state", e)
		}
		if n < size {
			return area[:n:n], p.fillPKRU(t, area[:n])
		}
	}
}

// SetXState writes what XState read.
func (p *Process) SetXState(tid int, area []byte) error {
	t, err := p.findHeld(tid, "write vector state")
	if err != nil {
		return err
	}
	if len(area) == 0 {
		return &Error{Op: "write vector state", TID: tid, Err: unix.EINVAL}
	}
	_, e := ptraceRegSet(reqSetRegSet, t.tid, noteXState, area)
	if e == unix.ENODEV {
		e = setFXState(t.tid, area)
	}
	if e != 0 {
		return p.fail(t, "write vector state", e)
	}
	return nil
}

// Siginfo is the raw siginfo_t of the stop the thread is in.
func (p *Process) Siginfo(tid int) ([]byte, error) {
	t, err := p.findHeld(tid, "read siginfo")
	if err != nil {
		return nil, err
	}
	if t.siginfo != nil {
		return append([]byte(nil), t.siginfo...), nil
	}
	info := make([]byte, siginfoSize)
	if _, e := ptraceBytes(reqGetSiginfo, t.tid, 0, info); e != 0 {
		return nil, p.fail(t, "read siginfo", e)
	}
	return info, nil
}

// SetSiginfo writes the raw siginfo_t of the stop the thread is in: its handler
// receives it, if that signal is delivered.
func (p *Process) SetSiginfo(tid int, info []byte) error {
	t, err := p.findHeld(tid, "write siginfo")
	if err != nil {
		return err
	}
	if len(info) != siginfoSize {
		return &Error{Op: "write siginfo", TID: tid, Err: unix.EINVAL}
	}
	if t.siginfo != nil { // prepared for the delivery of the signal
		t.siginfo = append([]byte(nil), info...)
		return nil
	}
	if _, e := ptraceBytes(reqSetSiginfo, t.tid, 0, info); e != 0 {
		return p.fail(t, "write siginfo", e)
	}
	return nil
}

// Rseq is the thread's rseq registration as the kernel keeps it.
func (p *Process) Rseq(tid int) (tracee.RseqConfig, error) {
	t, err := p.findHeld(tid, "read rseq registration")
	if err != nil {
		return tracee.RseqConfig{}, err
	}
	// struct ptrace_rseq_configuration: u64 pointer, u32 size, signature, flags, pad.
	buf := make([]byte, 24)
	_, e := ptraceBytes(reqGetRseq, t.tid, uintptr(len(buf)), buf)
	switch e {
	case 0:
	case unix.EIO, unix.EINVAL: // an unknown request, before Linux 5.13 or without CONFIG_RSEQ
		return tracee.RseqConfig{}, &Error{Op: "read rseq registration", TID: tid,
			Err: fmt.Errorf("%w: %w: PTRACE_GET_RSEQ_CONFIGURATION: %w", ErrNotSupported, tracee.ErrNoRseq, e)}
	default:
		return tracee.RseqConfig{}, p.fail(t, "read rseq registration", e)
	}
	return tracee.RseqConfig{
		Area:      table.Addr(binary.NativeEndian.Uint64(buf)),
		Size:      binary.NativeEndian.Uint32(buf[8:]),
		Signature: binary.NativeEndian.Uint32(buf[12:]),
		Flags:     binary.NativeEndian.Uint32(buf[16:]),
	}, nil
}
