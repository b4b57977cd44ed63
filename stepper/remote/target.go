package remote

import (
	"os"

	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// target is a process that can be served: one of Linux, or one of a model. What it
// has besides are methods of ptrace.Process.
type target interface {
	tracee.Target
	GiveTerminal(*os.File) error
	TakeTerminal(*os.File) error
	SetSiginfo(tid int, info []byte) error
	TakeSignal() (tid, sig int, err error)
	Former() (pid int, threads []int)
	ReadChild(pid int, addr table.Addr, p []byte) (int, error)
	WriteChild(pid int, addr table.Addr, p []byte) (int, error)
	Serves() bool
	Stay() (cpu int)
	Roam() error
	Split(pid int) (*ptrace.Process, error)
}

var _ target = (*ptrace.Process)(nil)
