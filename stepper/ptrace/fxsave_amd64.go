//go:build linux && amd64

package ptrace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// On a processor without XSAVE (before 2008, and the models that virtual machines get by default)
// the kernel has no regset NT_X86_XSTATE and answers ENODEV (tried on Linux 6.12 with qemu's
// Nehalem and qemu64). NT_PRFPREG is the FXSAVE area, the first part of an XSAVE area. So callers
// get an XSAVE area with the two components that exist.
const (
	fxsaveSize  = 512
	fxsaveUsed  = 464      // reserved for software (Intel SDM volume 1, 10.5.1); the kernel keeps XCR0 there
	xsaveHeader = 512      // XSTATE_BV
	xsaveHead   = 576      // legacy region and header
	stateFP     = 1 | 1<<1 // x87 and SSE
)

// fxState reads the thread's FXSAVE area as an XSAVE area.
func fxState(tid int) ([]byte, unix.Errno) {
	area := make([]byte, xsaveHead)
	if n, e := ptraceRegSet(reqGetRegSet, tid, notePRFPReg, area[:fxsaveSize]); e != 0 {
		return nil, e
	} else if n != fxsaveSize {
		return nil, unix.ENODEV
	}
	binary.LittleEndian.PutUint64(area[fxsaveUsed:], stateFP)
	binary.LittleEndian.PutUint64(area[xsaveHeader:], stateFP)
	return area, 0
}

// setFXState writes what fxState read.
func setFXState(tid int, area []byte) unix.Errno {
	if len(area) < xsaveHead {
		return unix.EINVAL
	}
	fx := make([]byte, fxsaveSize)
	copy(fx, area[:fxsaveUsed])
	_, e := ptraceRegSet(reqSetRegSet, tid, notePRFPReg, fx)
	return e
}
