//go:build linux && amd64

package ptrace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// On a processor without XSAVE (before 2008, and the models that virtual machines get by default) the
// kernel has no regset NT_X86_XSTATE and answers ENODEV (tried on Linux 6.12 with qemu's Nehalem and
// qemu64). The FXSAVE area, which NT_PRFPREG is, is an XSAVE area's first part: so our
// callers get an XSAVE area of the two components that there are.
const (
	fxsaveSize  = 512
	fxsaveUsed  = 464      // the rest is software's (Intel SDM volume 1, 10.5.1); the kernel keeps XCR0 there
	xsaveHeader = 512      // XSTATE_BV
	xsaveHead   = 576      // legacy region and header
	stateFP     = 1 | 1<<1 // x87 and SSE
)

// fxState is the thread's FXSAVE area as an XSAVE area.
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
