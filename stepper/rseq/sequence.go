package rseq

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Sequence returns the exclusive sequence whose load-exclusive is at an address.
func (s *Sections) Sequence(load table.Addr) (machine.Sequence, bool) {
	if !s.arch.Exclusives {
		return machine.Sequence{}, false
	}
	return machine.FindSequence(s.arch, load, s.near(load))
}

// SequenceAround returns the exclusive sequence that an address is inside of: each trap there makes
// its store fail.
func (s *Sections) SequenceAround(a table.Addr) (machine.Sequence, bool) {
	if !s.arch.Exclusives {
		return machine.Sequence{}, false
	}
	return machine.SequenceAround(s.arch, a, s.near(a))
}

// near reads the code around a once, as far as a sequence extends.
func (s *Sections) near(a table.Addr) machine.Read {
	reach := machine.SequenceReach(s.arch)
	low := a - min(a, reach)
	code := make([]byte, 2*reach+machine.MaxLen)
	if n, _ := s.mem.ReadMemory(low, code); n < len(code) {
		return s.mem.ReadMemory
	}
	return func(at table.Addr, p []byte) (int, error) {
		if at-low >= table.Addr(len(code)) {
			return s.mem.ReadMemory(at, p)
		}
		return copy(p, code[at-low:]), nil
	}
}

// SequenceError refuses a trap inside an exclusive sequence.
type SequenceError struct{ Addr, Load table.Addr }

func (e *SequenceError) Error() string {
	return fmt.Sprintf("%v is inside the exclusive sequence that begins at %v: its store would fail each time a thread stops there", e.Addr, e.Load)
}

// outsideSequences refuses a trap inside an exclusive sequence. Errors: *SequenceError.
func (s *Sections) outsideSequences(a table.Addr) error {
	if q, ok := s.SequenceAround(a); ok {
		return &SequenceError{Addr: a, Load: q.Load}
	}
	return nil
}
