//go:build linux && (amd64 || arm64)

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

// noSyscall, as the number of a system call, tells the kernel that the thread is in none that it would
// have to restart (syscall_get_nr, arch/x86/include/asm/syscall.h and arch/arm64/include/asm/syscall.h).
const noSyscall = ^uint64(0)

// load makes t.regs.now current.
func (p *Process) load(t *thread) error {
	if t.regs.known {
		return nil
	}
	if e := p.readRegs(t); e != 0 {
		return p.fail(t, "read registers", e)
	}
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
// otherwise "restart" it by moving the new PC back. Writing back the
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
	if e := t.writeRegs(r); e != 0 {
		return p.fail(t, "write registers", e)
	}
	t.regs.now, t.regs.known = *r, true
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

// atFirst records that a thread is at the first instruction of a new program.
func (p *Process) atFirst(t *thread) error {
	if err := p.load(t); err != nil {
		return err
	}
	t.first = t.regs.now.PC()
	return nil
}
