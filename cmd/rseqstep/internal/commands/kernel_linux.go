package commands

import "golang.org/x/sys/unix"

// kernelHint returns a note if there is no rseq(2). The probe registers nothing: a
// kernel that has the call answers EINVAL if there is no area and the flags are unknown
// (kernel/rseq.c).
func kernelHint() string {
	const unknown = 1 << 30
	if _, _, errno := unix.RawSyscall6(unix.SYS_RSEQ, 0, 0, unknown, 0, 0, 0); errno == unix.ENOSYS || errno == unix.EPERM {
		return ": rseq(2) is not there; it came with Linux 4.18, and a container's seccomp filter may forbid it"
	}
	return ""
}
