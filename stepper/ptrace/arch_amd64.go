//go:build linux

package ptrace

import (
	"rseqstep/stepper/unit"
	"rseqstep/stepper/unit/amd64"
)

// Arch is the program's architecture: the one that this backend is built for.
func (p *Process) Arch() *unit.Arch { return amd64.Arch() }
