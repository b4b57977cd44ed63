//go:build linux && (amd64 || arm64)

package ptrace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"rseqstep/table"
)

// ptraceCall is ptrace(2). None of the requests sleeps for long, so it does not
// notify the Go scheduler.
func ptraceCall(req, tid int, addr, data uintptr) unix.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), addr, data, 0, 0)
	return e
}

// ptraceBytes passes the kernel a buffer as the data argument and addr
// unchanged.
func ptraceBytes(req, tid int, addr uintptr, p []byte) (n int, e unix.Errno) {
	r, _, e := syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), addr, uintptr(unsafe.Pointer(unsafe.SliceData(p))), 0, 0)
	return int(r), e
}

// ptraceWord is a request that stores one word: PEEKUSER, GETEVENTMSG.
// (The system call, unlike the C function, stores what it peeks.)
func ptraceWord(req, tid int, addr uintptr) (uint64, unix.Errno) {
	var w uint64
	_, _, e := syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), addr, uintptr(unsafe.Pointer(&w)), 0, 0)
	return w, e
}

// ptraceRegSet is PTRACE_GETREGSET or PTRACE_SETREGSET; n is how many bytes
// of p the kernel used.
func ptraceRegSet(req, tid int, note uintptr, p []byte) (n int, e unix.Errno) {
	iov := unix.Iovec{Base: unsafe.SliceData(p), Len: uint64(len(p))}
	_, _, e = syscall.RawSyscall6(unix.SYS_PTRACE, uintptr(req), uintptr(tid), note, uintptr(unsafe.Pointer(&iov)), 0, 0)
	return int(iov.Len), e
}

// wait4 is wait4(2) without a struct rusage. The kernel's answer to "nothing
// yet" under WNOHANG is got == 0. It notifies the Go scheduler, because the
// wait may be long.
func wait4(tid int, status *uint32, flags int) (got int, e unix.Errno) {
	r, _, e := syscall.Syscall6(unix.SYS_WAIT4, uintptr(tid), uintptr(unsafe.Pointer(status)), uintptr(flags), 0, 0, 0)
	return int(r), e
}

// processRead is process_vm_readv(2) with one piece on each side.
func processRead(pid int, addr table.Addr, p []byte) (n int, e unix.Errno) {
	local := unix.Iovec{Base: unsafe.SliceData(p), Len: uint64(len(p))}
	remote := [2]uint64{uint64(addr), uint64(len(p))} // struct iovec
	r, _, e := syscall.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(pid),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

// processWrite is process_vm_writev(2) with one piece on each side.
func processWrite(pid int, addr table.Addr, p []byte) (n int, e unix.Errno) {
	local := unix.Iovec{Base: unsafe.SliceData(p), Len: uint64(len(p))}
	remote := [2]uint64{uint64(addr), uint64(len(p))} // struct iovec
	r, _, e := syscall.RawSyscall6(unix.SYS_PROCESS_VM_WRITEV, uintptr(pid),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

// ioctl is ioctl(2) with a structure that the kernel reads and fills.
func ioctl(fd int, req uintptr, p []byte) unix.Errno {
	_, _, e := syscall.RawSyscall(unix.SYS_IOCTL, uintptr(fd), req, uintptr(unsafe.Pointer(unsafe.SliceData(p))))
	return e
}

// affinity is sched_getaffinity(2) into m; the part of m beyond the kernel's
// mask stays zero.
func affinity(tid int, m *cpuMask) unix.Errno {
	*m = cpuMask{}
	_, _, e := syscall.RawSyscall(unix.SYS_SCHED_GETAFFINITY, uintptr(tid), unsafe.Sizeof(*m), uintptr(unsafe.Pointer(m)))
	return e
}

// setAffinity is sched_setaffinity(2).
func setAffinity(tid int, m *cpuMask) unix.Errno {
	_, _, e := syscall.RawSyscall(unix.SYS_SCHED_SETAFFINITY, uintptr(tid), unsafe.Sizeof(*m), uintptr(unsafe.Pointer(m)))
	return e
}

// blockTerminalStop blocks SIGTTOU for this OS thread until restore.
// Precondition: the goroutine is locked to it.
func blockTerminalStop() (restore func(), err error) {
	block, before := uint64(1)<<(unix.SIGTTOU-1), uint64(0)
	if _, _, e := syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, sigBlock,
		uintptr(unsafe.Pointer(&block)), uintptr(unsafe.Pointer(&before)), sigsetSize, 0, 0); e != 0 {
		return nil, e
	}
	return func() {
		syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, sigSetMask, uintptr(unsafe.Pointer(&before)), 0, sigsetSize, 0, 0)
	}, nil
}
