//go:build !linux || (!amd64 && !arm64)

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Process is a traced process. This system has none: Launch, Attach and Adopt
// fail, so no caller has one and its methods are never called.
type Process struct{ backend }

// backend names the methods that callers use of the Linux amd64 backend.
type backend interface {
	tracee.CallTarget
	tracee.CallingTarget
	tracee.HandlerTarget
	tracee.SenderTarget
	tracee.SyscallTarget

	Notes() []string
	GiveTerminal(tty *os.File) error
	TakeTerminal(tty *os.File) error
	Fatal(tid, sig int) bool
	SetSiginfo(tid int, info []byte) error
	TakeSignal() (tid, sig int, err error)
	Trap(t RunningTrap)
	Serves() bool
	Beside(q *Process) error
	Split(pid int) (*Process, error)
	Former() (pid int, threads []int)
	Children() []int
	ReadChild(pid int, addr table.Addr, buf []byte) (int, error)
	WriteChild(pid int, addr table.Addr, data []byte) (int, error)
	Stay() (cpu int)
	Roam() error
	FlushDebug() error
}

// RunningTrap is a system call number that can be trapped in a running process.
type RunningTrap struct{}

// errCannotTrace is the error of this system, which cannot trace.
type errCannotTrace struct{}

func (errCannotTrace) Error() string {
	on := runtime.GOARCH
	if runtime.GOOS != "linux" {
		on = runtime.GOOS
	}
	return fmt.Sprintf("cannot trace programs on %s yet; `rseqstep table` works", on)
}

func (errCannotTrace) Unwrap() error { return errors.ErrUnsupported }

// Launch fails: error errors.ErrUnsupported.
func Launch(LaunchOptions) (*Process, error) { return nil, errCannotTrace{} }

// Attach fails as Launch does.
func Attach(int) (*Process, error) { return nil, errCannotTrace{} }

// Adopt fails as Launch does.
func Adopt(int, bool) (*Process, error) { return nil, errCannotTrace{} }

// FindRunningTrap fails as Launch does.
func FindRunningTrap(uint64) (RunningTrap, error) { return RunningTrap{}, errCannotTrace{} }

// XSaveComponent returns zeros: only x86 has XSAVE areas.
func XSaveComponent(int) (offset, size int) { return 0, 0 }

// OpenTerminal opens a terminal for a program to be launched, which cannot happen.
func OpenTerminal(string) (*os.File, error) { return nil, errCannotTrace{} }
