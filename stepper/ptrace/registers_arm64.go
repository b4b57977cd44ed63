//go:build linux && arm64

package ptrace

import (
	"encoding/binary"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/table"
)

// readRegs reads a thread's registers. The kernel has them in three sets: struct user_pt_regs, the
// thread pointer, and the number of the system call. Outside of a call's middle that is always -1: before
// any other stop the kernel has put the PC of an interrupted call back on the instruction svc (do_signal,
// arch/arm64/kernel/signal.c).
func (p *Process) readRegs(t *thread) unix.Errno {
	r := &t.regs.now
	if e := ptraceRegs(reqGetRegSet, t.tid, r); e != 0 {
		return e
	}
	tls, e := registerWord(t.tid, noteTLS, 8)
	if e != 0 {
		return e
	}
	mask, e := codeMask(t)
	if e != 0 {
		return e
	}
	r.W[arm64.TPIDR], r.W[arm64.SystemCall], r.W[arm64.CodeMask] = tls, noSyscall, mask
	if t.midcall {
		number, e := registerWord(t.tid, noteSystemCall, 4)
		if e != 0 {
			return e
		}
		r.W[arm64.SystemCall] = uint64(int64(int32(number)))
	}
	r.Filled(arm64.Arch())
	r.SetPassesDebug(t.debug.passes)
	return 0
}

// writeRegs writes a thread's registers: of the thread pointer and the number only what differs from the
// registers that are known. (A processor with SME has another word beside the thread pointer; a write
// of the first alone keeps it.)
func (t *thread) writeRegs(r *machine.Regs) unix.Errno {
	t.debug.passes = r.PassesDebug()
	w := *r
	w.SetPassesDebug(false)
	if e := ptraceRegs(reqSetRegSet, t.tid, &w); e != 0 {
		return e
	}
	was := &t.regs.now
	if tls := r.W[arm64.TPIDR]; !t.regs.known || tls != was.W[arm64.TPIDR] {
		if e := setRegisterWord(t.tid, noteTLS, 8, tls); e != 0 {
			return e
		}
	}
	if number := r.W[arm64.SystemCall]; t.midcall && (!t.regs.known || number != was.W[arm64.SystemCall]) {
		return setRegisterWord(t.tid, noteSystemCall, 4, number)
	}
	return 0
}

// knownCodeMask is the result of codeMask, which is the same for all threads of one kernel
// (ptrauth_user_pac_mask, asm/pointer_auth.h); nil: not read yet.
var knownCodeMask atomic.Pointer[uint64]

// codeMask is the second word of the set NT_ARM_PAC_MASK (struct user_pac_mask); 0 where nothing is signed.
func codeMask(t *thread) (uint64, unix.Errno) {
	if known := knownCodeMask.Load(); known != nil {
		return *known, 0
	}
	var b [16]byte
	_, e := ptraceRegSet(reqGetRegSet, t.tid, notePACMask, b[:])
	if e != 0 && e != unix.EINVAL && e != unix.ENODEV {
		return 0, e
	}
	mask := binary.LittleEndian.Uint64(b[8:])
	knownCodeMask.Store(&mask)
	return mask, 0
}

// registerWord reads the first bytes of a register set.
func registerWord(tid int, note uintptr, size int) (uint64, unix.Errno) {
	var b [8]byte
	_, e := ptraceRegSet(reqGetRegSet, tid, note, b[:size])
	return binary.LittleEndian.Uint64(b[:]), e
}

// setRegisterWord writes them.
func setRegisterWord(tid int, note uintptr, size int, v uint64) unix.Errno {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	_, e := ptraceRegSet(reqSetRegSet, tid, note, b[:size])
	return e
}

// rewind does nothing: a breakpoint leaves the PC on itself.
func (p *Process) rewind(*thread, table.Addr) error { return nil }

// The set NT_ARM_SVE (struct user_sve_header, arch/arm64/include/uapi/asm/ptrace.h), bytes.
const (
	sveVL        = 8  // vector length, bytes
	sveFlags     = 12 // bit 0: the registers are in SVE's layout
	sveRegisters = 16 // z0 to z31, then the predicates p0 to p15 and ffr
	sveLargest   = 1 << 14
	fpsimdSize   = 528 // struct user_fpsimd_state: v0 to v31, fpsr, fpcr
	fpsimdStatus = 512
)

// XState is the thread's area NT_PRFPREG, struct user_fpsimd_state. On a processor with SVE its area
// NT_ARM_SVE follows: only the header, if the thread does not use SVE.
func (p *Process) XState(tid int) ([]byte, error) {
	t, err := p.findHeld(tid, "read vector state")
	if err != nil {
		return nil, err
	}
	area := make([]byte, fpsimdSize+sveLargest)
	if _, e := ptraceRegSet(reqGetRegSet, t.tid, notePRFPReg, area[:fpsimdSize]); e != 0 {
		return nil, p.fail(t, "read vector state", e)
	}
	sve := area[fpsimdSize:]
	n, e := ptraceRegSet(reqGetRegSet, t.tid, noteSVE, sve)
	switch {
	case e != 0 || n < sveRegisters: // EINVAL, ENODEV: no SVE
		n = 0
	case sve[sveFlags]&1 == 0:
		n = sveRegisters
	}
	return area[: fpsimdSize+n : fpsimdSize+n], nil
}

// SetXState writes what XState read. Writing v0 to v31 alone would clear the rest of z0 to z31
// (sve_sync_from_fpsimd_zeropad, arch/arm64/kernel/fpsimd.c), so they are written as a part of those.
func (p *Process) SetXState(tid int, area []byte) error {
	t, err := p.findHeld(tid, "write vector state")
	if err != nil {
		return err
	}
	if len(area) < fpsimdSize {
		return &Error{Op: "write vector state", TID: tid, Err: unix.EINVAL}
	}
	note, set := uintptr(notePRFPReg), area[:fpsimdSize]
	if len(area) > fpsimdSize+sveRegisters {
		note, set = noteSVE, append([]byte(nil), area[fpsimdSize:]...)
		if !spreadVectors(set, area) {
			return &Error{Op: "write vector state", TID: tid, Err: unix.EINVAL}
		}
	}
	if _, e := ptraceRegSet(reqSetRegSet, t.tid, note, set); e != 0 {
		return p.fail(t, "write vector state", e)
	}
	return nil
}

// spreadVectors copies v0 to v31 and the status registers of an area NT_PRFPREG into an area NT_ARM_SVE:
// v is the beginning of z, and fpsr and fpcr follow ffr, aligned to 16 bytes.
func spreadVectors(sve, fpsimd []byte) bool {
	vl := int(binary.LittleEndian.Uint16(sve[sveVL:]))
	status := (sveRegisters + 32*vl + 17*vl/8 + 15) &^ 15
	if vl < 16 || len(sve) < status+8 {
		return false
	}
	for n := range 32 {
		copy(sve[sveRegisters+n*vl:], fpsimd[16*n:][:16])
	}
	copy(sve[status:], fpsimd[fpsimdStatus:][:8])
	return true
}

// XSaveComponent returns zeros: only x86 has XSAVE areas.
func XSaveComponent(int) (offset, size int) { return 0, 0 }
