//go:build linux && arm64

package ptrace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
)

// ptraceRegs is PTRACE_GETREGSET or PTRACE_SETREGSET with NT_PRSTATUS: the words of a machine.Regs from
// W[1] on are the kernel's struct user_pt_regs.
func ptraceRegs(req, tid int, r *machine.Regs) unix.Errno {
	const words = 34
	iov := unix.Iovec{Base: (*byte)(unsafe.Pointer(&r.W[1])), Len: 8 * words}
	_, _, e := syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), notePRStatus, uintptr(unsafe.Pointer(&iov)), 0, 0)
	return e
}
