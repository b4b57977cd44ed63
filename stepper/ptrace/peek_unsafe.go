//go:build linux && (amd64 || arm64)

package ptrace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reqPeekSiginfo is PTRACE_PEEKSIGINFO (include/uapi/linux/ptrace.h), since Linux 3.10.
const reqPeekSiginfo = 0x4209

// peekSiginfo copies the siginfo_t of signals pending for one stopped thread,
// as many as p has room for, and returns their number.
func peekSiginfo(tid int, p []byte) (n int, e unix.Errno) {
	args := struct { // struct ptrace_peeksiginfo_args
		off   uint64
		flags uint32
		nr    int32
	}{nr: int32(len(p) / siginfoSize)}
	r, _, e := syscall.RawSyscall6(unix.SYS_PTRACE, reqPeekSiginfo, uintptr(tid),
		uintptr(unsafe.Pointer(&args)), uintptr(unsafe.Pointer(unsafe.SliceData(p))), 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}
