//go:build linux && (amd64 || arm64)

package ptrace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rtSigqueueinfo is rt_sigqueueinfo(2).
func rtSigqueueinfo(pid int, sig unix.Signal, info []byte) unix.Errno {
	_, _, e := syscall.RawSyscall(unix.SYS_RT_SIGQUEUEINFO, uintptr(pid), uintptr(sig), uintptr(unsafe.Pointer(unsafe.SliceData(info))))
	return e
}
