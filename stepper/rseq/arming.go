package rseq

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Limits of the search for the arming store before a section, in bytes. The search begins at the
// function's entry if that is near enough, otherwise a short distance before the section.
const (
	maxEntry  = 1 << 16
	fewBefore = 256
)

// pageSize is the smallest page size of any supported machine, in bytes.
const pageSize = 4096

// arming is a result of Arming.
type arming struct {
	trap table.Addr
	ok   bool
}

// Arming returns the process address of the arming store of a section, as far as the code shows
// it. ok is false if the code does not show it. Errors: that of reading the function's memory.
// It keeps the result of a section that a file declares until FlushCode.
func (s *Sections) Arming(p *table.Placed) (trap table.Addr, ok bool, err error) {
	if a, ok := s.armings[p]; ok {
		return a.trap, a.ok, nil
	}
	if trap, ok, err = s.findArming(p); err == nil && p.Module != nil {
		if s.armings == nil {
			s.armings = map[*table.Placed]arming{}
		}
		s.armings[p] = arming{trap, ok}
	}
	return trap, ok, err
}

func (s *Sections) findArming(p *table.Placed) (trap table.Addr, ok bool, err error) {
	from, known := p.Start-fewBefore, false
	if entry, _, ok := s.symbols.Extent(p.Start); ok && entry <= p.Start && p.Start-entry < maxEntry {
		from, known = entry, true
	}
	code, err := s.read(from, p.Start)
	if err != nil && !known {
		// Before the section there may be no code, or no memory: code made at run time often
		// begins at a page boundary.
		from = max(from, p.Start&^(pageSize-1))
		if code, err = s.read(from, p.Start); err != nil {
			from, code = p.Start, nil
		}
	} else if err != nil {
		return 0, false, err
	}
	// The section may begin with its arming store.
	head := make([]byte, min(4*machine.MaxLen, p.End-p.Start))
	n, _ := s.mem.ReadMemory(p.Start, head)
	trap, ok = machine.FindArming(s.arch, p, from, append(code, head[:n]...), s.signatures(machine.Range{Low: from, High: p.Start})...)
	return trap, ok, nil
}

// Arms reports whether an instruction, about to execute with the registers r, is an arming store:
// it writes a value other than 0 to the rseq_cs of the registration c. A value that cannot be
// computed counts as a descriptor.
func Arms(insn *machine.Insn, r *machine.Regs, c tracee.RseqConfig) bool {
	if insn.Store.Size == 0 || !c.Registered() {
		return false
	}
	arms, value, known := insn.Arms(r, c.CSField())
	return arms && !(known && value == 0)
}

// Armed returns the section that an arming store, about to execute with the registers r, arms;
// nil if there is none. field is the process address of the thread's rseq_cs. learnt is as in
// Learn.
func (s *Sections) Armed(insn *machine.Insn, r *machine.Regs, field table.Addr) (p *table.Placed, learnt bool) {
	descriptor, known := insn.FieldAfter(r, s.mem, field)
	switch {
	case known && descriptor == 0:
		return nil, false
	case known:
		return s.Learn(table.Addr(descriptor))
	}
	// If the value cannot be computed (a vector register), take the section that begins directly
	// behind the store.
	if q := s.image.At(insn.Next()); q != nil && q.Start == insn.Next() {
		return q, false
	}
	return nil, false
}

// Learn returns the section that the descriptor at a process address describes, nil if the kernel
// would accept none there. If no file declares the section, Learn reads the descriptor from
// memory each time, because code made at run time may reuse a descriptor.
//
// learnt reports that the section was not known before. Breakpoints may be inserted inside it;
// the caller must then withdraw them.
func (s *Sections) Learn(descriptor table.Addr) (p *table.Placed, learnt bool) {
	old := s.image.ByDescriptor(descriptor)
	if old != nil && old.Module != nil {
		return old, false
	}
	p, err := table.ReadDescriptor(s.mem, descriptor, binary.LittleEndian)
	if err != nil || refused(p) {
		return nil, false
	}
	if p = s.image.Add(p); p == old {
		return p, false
	}
	s.dropLayouts()
	return p, true
}

// refused reports whether the kernel accepts no thread in this section, whatever the thread has
// registered: it kills the thread instead (rseq_get_rseq_cs, kernel/rseq.c). This function
// ignores flags, because kernels before 6.1 accept some.
func refused(p *table.Placed) bool {
	for _, failed := range table.Validate(p.Section.Descriptor, p.Section.Signature, table.Rules{}) {
		if failed.Check != table.CheckFlags {
			return true
		}
	}
	return false
}
