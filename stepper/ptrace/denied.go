//go:build linux && (amd64 || arm64)

package ptrace

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// denied adds the visible cause to an EPERM of PTRACE_SEIZE or PTRACE_TRACEME
// and returns other errors unchanged. pid is 0 for a program that could not be
// started. See ptrace(2), "Ptrace access mode checking".
func denied(e unix.Errno, pid int) error {
	if e != unix.EPERM && e != unix.EACCES {
		return e
	}
	scope := "unknown"
	if b, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope"); err == nil {
		scope = strings.TrimSpace(string(b))
	}
	why := "the kernel refuses to let the debugger trace it"
	switch {
	case scope == "3":
		why += ": /proc/sys/kernel/yama/ptrace_scope is 3, which allows nobody to trace until the next boot"
	case scope == "2":
		why += ": /proc/sys/kernel/yama/ptrace_scope is 2, so CAP_SYS_PTRACE is needed (run as root)"
	case scope == "1" && pid != 0:
		why += ": /proc/sys/kernel/yama/ptrace_scope is 1, so only programs started by this debugger can be traced;" +
			" write 0 there (as root), or run with CAP_SYS_PTRACE"
	case pid != 0:
		why += ": it belongs to another user, changed its privileges, or its file cannot be read; run as root or with CAP_SYS_PTRACE"
	}
	if statusField(os.Getpid(), "Seccomp") == "2" {
		why += "; the debugger runs under a seccomp filter, as in a container: there ptrace may need --cap-add=SYS_PTRACE or another seccomp profile"
	}
	return fmt.Errorf("%w: %s", e, why)
}
