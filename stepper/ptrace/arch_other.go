//go:build !amd64 && !arm64

package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// Arch is amd64, although nothing can be traced on this processor: Launch and Attach say so.
func Arch() *machine.Arch { return amd64.Arch() }
