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

// All are the architectures whose code can be read.
func All() []*machine.Arch { return []*machine.Arch{amd64.Arch(), arm64.Arch()} }

// Debugged are those of All whose processes and core files can be debugged.
func Debugged() []*machine.Arch { return []*machine.Arch{amd64.Arch()} }

// Of is the architecture of an ELF file, to read its code. It is nil if and only if there is an
// error, ErrUnknown.
func Of(m elf.Machine, c elf.Class) (*machine.Arch, error) { return find(All(), m, c) }

// OfProcess is Of for a process or a core file.
func OfProcess(m elf.Machine, c elf.Class) (*machine.Arch, error) { return find(Debugged(), m, c) }

func find(list []*machine.Arch, m elf.Machine, c elf.Class) (*machine.Arch, error) {
	for _, a := range list {
		if a.Machine == m && c == elf.ELFCLASS64 {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%v, %v: %w", m, c, ErrUnknown)
}
