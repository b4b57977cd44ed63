// Package arches finds a program's architecture by its ELF header.
package arches

import (
	"debug/elf"
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
)

// ErrUnknown is wrapped by the error about an unsupported architecture.
var ErrUnknown = errors.New("the instructions of this architecture are not known")

// All are the architectures whose code and core files can be read.
func All() []*machine.Arch { return []*machine.Arch{amd64.Arch(), arm64.Arch()} }

// Of is the architecture of an ELF file. It is nil if and only if there is an error, ErrUnknown.
func Of(m elf.Machine, c elf.Class) (*machine.Arch, error) {
	for _, a := range All() {
		if a.Machine == m && c == elf.ELFCLASS64 {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%v, %v: %w", m, c, ErrUnknown)
}
