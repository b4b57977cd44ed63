//go:build !amd64 && !arm64

package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
)

// Arch is one of those that other backends are built for: nothing can be traced on this processor, as
// Launch and Attach say.
func Arch() *machine.Arch { return arches.All()[0] }
