package rseq

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxCached bounds how many decoded instructions are kept: about 6 MB.
const maxCached = 1 << 16

// maxCode bounds what is decoded as a whole, bytes: a section, whose descriptor can say
// anything, and a function. A function of a megabyte takes 20 ms.
const maxCode = 4 << 20

// Decode is the instruction at pc. Text of modules is taken as fixed until
// FlushCode: instructions of it are kept, and the pointer is to the one kept. Code made
// at run time is read anew each time. Errors: that of the memory, *machine.DecodeError.
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

// FlushCode drops the instructions that Decode keeps. Precondition of every later
// Decode: it was called since other threads than the stepped one ran, or memory
// was mapped or written.
func (s *Sections) FlushCode() {
	if len(s.insns) > 0 {
		clear(s.insns)
	}
}

// read reads all of [low, high) or says why not.
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
