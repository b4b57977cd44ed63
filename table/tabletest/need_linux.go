package tabletest

import (
	"os/exec"
	"runtime"
	"syscall"
	"testing"
)

// NeedRseq skips the test on a kernel without rseq(2), or in a container that
// forbids it. The probe registers nothing: with no area and unknown flags a
// kernel that has the call answers EINVAL (kernel/rseq.c).
func NeedRseq(t testing.TB) {
	t.Helper()
	nr, ok := map[string]uintptr{"amd64": 334, "arm64": 293}[runtime.GOARCH]
	if !ok {
		skip(t, "needs the number of rseq(2) on this architecture")
	}
	const unknown = 1 << 30
	if _, _, errno := syscall.RawSyscall6(nr, 0, 0, unknown, 0, 0, 0); errno != syscall.EINVAL {
		skip(t, "needs a kernel with rseq(2)")
	}
}

// NeedPtrace skips the test if a process may not trace its own child, as in
// containers without SYS_PTRACE and under Yama's ptrace_scope 2 and 3.
func NeedPtrace(t testing.TB) {
	t.Helper()
	if err := traceChild(); err != nil {
		skip(t, "needs ptrace(2)")
	}
}

// traceChild starts a program as a tracee and ends it.
func traceChild() error {
	done := make(chan error)
	go func() {
		// The tracer is the thread that starts the child. The thread is not
		// unlocked, so that it ends with this goroutine.
		runtime.LockOSThread()
		done <- func() error {
			cmd := exec.Command("/proc/self/exe")
			cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
			if err := cmd.Start(); err != nil {
				return err
			}
			// It has stopped at its first instruction, or will. Killing needs no more.
			if err := cmd.Process.Kill(); err != nil {
				return err
			}
			_, err := Reap(cmd.Process.Pid)
			return err
		}()
	}()
	return <-done
}

// NeedUserfaultfd skips the test if a program cannot provide its own pages; see
// userfaultfd(2).
func NeedUserfaultfd(t testing.TB) {
	t.Helper()
	nr, ok := map[string]uintptr{"amd64": 323, "arm64": 282}[runtime.GOARCH]
	if !ok {
		skip(t, "needs the number of userfaultfd(2) on this architecture")
	}
	const userModeOnly = 1 // UFFD_USER_MODE_ONLY, include/uapi/linux/userfaultfd.h: needs no privilege
	fd, _, errno := syscall.RawSyscall(nr, userModeOnly, 0, 0)
	if errno != 0 {
		skip(t, "needs userfaultfd(2): "+errno.Error())
	}
	syscall.Close(int(fd))
}
