// Package arches finds the architecture of a program by its ELF header.
package arches

import (
	"debug/elf"
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// ErrUnknown means an architecture whose instructions are not known here.
var ErrUnknown = errors.New("the instructions of this architecture are not known")

// All are the architectures that are known.
func All() []*machine.Arch { return []*machine.Arch{amd64.Arch()} }

// Of is the architecture of an ELF file. It is nil exactly when there is an error, ErrUnknown.
func Of(m elf.Machine, c elf.Class) (*machine.Arch, error) {
	for _, a := range All() {
		if a.Machine == m && c == elf.ELFCLASS64 {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%v, %v: %w", m, c, ErrUnknown)
}
