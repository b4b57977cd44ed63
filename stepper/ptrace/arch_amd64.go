package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// Arch is the architecture that this backend is built for: that of the programs it can trace.
func Arch() *machine.Arch { return amd64.Arch() }
