package remote

import (
	"os"

	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// target is a process that can be served, of Linux or of a model: what the server uses of
// ptrace.Process beyond tracee.Target.
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
