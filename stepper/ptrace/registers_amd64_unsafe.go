//go:build linux && amd64

package ptrace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
)

// ptraceRegs is PTRACE_GETREGS or PTRACE_SETREGS: the words of a machine.Regs from W[1]
// on are the kernel's struct user_regs_struct.
func ptraceRegs(req, tid int, r *machine.Regs) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), 0, uintptr(unsafe.Pointer(&r.W[1])), 0, 0)
	return e
}
