//go:build linux

package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
)

// ownArch is the architecture that this backend is built for.
func ownArch() *machine.Arch { return arm64.Arch() }
