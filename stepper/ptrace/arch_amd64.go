//go:build linux

package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// Arch is the program's architecture: the one this backend is built for.
func (p *Process) Arch() *machine.Arch { return amd64.Arch() }
