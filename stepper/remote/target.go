package remote

import (
	"os"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
)

// target is a process that can be served: one of Linux, or one of a model.
type target interface {
	stepper.Target
	// GiveTerminal and TakeTerminal are those of ptrace.Process.
	GiveTerminal(*os.File) error
	TakeTerminal(*os.File) error
}

var _ target = (*ptrace.Process)(nil)
