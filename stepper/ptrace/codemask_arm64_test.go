//go:build linux

package ptrace

import (
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The mask is the one that the kernel tells with a traced thread.
func TestTheMaskOfSignaturesIsTheKernels(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command("true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	var status unix.WaitStatus
	for err := error(unix.EINTR); err != nil; {
		if _, err = unix.Wait4(cmd.Process.Pid, &status, 0, nil); err != nil && err != unix.EINTR {
			t.Fatal(err)
		}
	}
	if !status.Stopped() {
		t.Fatal(status)
	}
	var regs unix.PtraceRegsArm64 // struct user_pac_mask at its beginning: data_mask, insn_mask
	err := unix.PtraceGetRegSetArm64(cmd.Process.Pid, notePACMask, &regs)
	if err != nil && err != unix.EINVAL && err != unix.ENODEV { // these: no pointer authentication
		t.Fatal(err)
	}
	if got := CodeMask(); got != regs.Regs[1] {
		t.Errorf("the mask is %#x, the kernel's %#x (%v)", got, regs.Regs[1], err)
	}
}
