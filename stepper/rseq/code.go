package rseq

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxCached limits the number of cached instructions: about 6 MB.
const maxCached = 1 << 16

// maxCode limits the number of bytes decoded at once: those of a section, because a descriptor
// may contain any length, or of a function. A function of one megabyte takes 20 ms.
const maxCode = 4 << 20

// Decode returns the instruction at pc. It treats the text of modules as unchanged until
// FlushCode: it caches those instructions and returns a pointer into the cache. It decodes code
// made at run time on each call. Errors: that of the memory, *machine.DecodeError.
func (s *Sections) Decode(pc table.Addr) (*machine.Insn, error) {
	if i, ok := s.insns[pc]; ok {
		return i, nil
	}
	var buf [machine.MaxLen]byte
	n, err := s.mem.ReadMemory(pc, buf[:])
	if n == 0 {
		return nil, fmt.Errorf("cannot read the instruction at %v: %w", pc, err)
	}
	insn, err := s.arch.Decode(pc, buf[:n])
	if err != nil {
		return nil, err
	}
	if s.image.ModuleAt(pc) != nil {
		if s.insns == nil || len(s.insns) >= maxCached {
			s.insns = make(map[table.Addr]*machine.Insn)
		}
		s.insns[pc] = &insn
	}
	return &insn, nil
}

// FlushCode empties the caches of Decode and Arming. Precondition of each later call of them:
// FlushCode was called after any thread but the stepped one ran, or after memory was mapped or
// written.
func (s *Sections) FlushCode() {
	if len(s.insns) > 0 {
		clear(s.insns)
	}
	if len(s.armings) > 0 {
		clear(s.armings)
	}
}

// read returns all bytes of [low, high), or an error that says why it cannot.
func (s *Sections) read(low, high table.Addr) ([]byte, error) {
	if high-low > maxCode {
		return nil, fmt.Errorf("the code at [%v, %v) is too long to be decoded", low, high)
	}
	buf := make([]byte, high-low)
	n, err := s.mem.ReadMemory(low, buf)
	if n < len(buf) {
		return nil, fmt.Errorf("cannot read the code at [%v, %v): %w", low, high, err)
	}
	return buf, nil
}
