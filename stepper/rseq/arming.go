package rseq

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// How far before a section its arming store is looked for, bytes: from its function's
// entry, where that is near enough, else a little way.
const (
	maxEntry  = 1 << 16
	fewBefore = 256
)

// pageSize is the smallest that memory is mapped in, bytes, of any machine.
const pageSize = 4096

// Arming is where the arming store of a section is, as far as its code shows; ok is
// false where it does not show. Errors: that of the memory of its function.
func (s *Sections) Arming(p *table.Placed) (trap table.Addr, ok bool, err error) {
	from, known := p.Start-fewBefore, false
	if entry, _, ok := s.symbols.Extent(p.Start); ok && entry <= p.Start && p.Start-entry < maxEntry {
		from, known = entry, true
	}
	code, err := s.read(from, p.Start)
	if err != nil && !known {
		// Before the section there need not be code, nor memory: code made at run time
		// often begins with a page.
		from = max(from, p.Start&^(pageSize-1))
		if code, err = s.read(from, p.Start); err != nil {
			from, code = p.Start, nil
		}
	} else if err != nil {
		return 0, false, err
	}
	// It may begin with its arming store.
	head := make([]byte, min(4*machine.MaxLen, p.End-p.Start))
	n, _ := s.mem.ReadMemory(p.Start, head)
	trap, ok = machine.FindArming(s.arch, p, from, append(code, head[:n]...), s.signatures(machine.Range{Low: from, High: p.Start})...)
	return trap, ok, nil
}

// Arms reports whether an instruction, about to be executed with the registers r, is an
// arming store: it writes the rseq_cs of the registration c, and not nothing. A value that
// cannot be computed counts as a descriptor.
func Arms(insn *machine.Insn, r *machine.Regs, c tracee.RseqConfig) bool {
	if insn.Store.Size == 0 || !c.Registered() {
		return false
	}
	arms, value, known := insn.Arms(r, c.CSField())
	return arms && !(known && value == 0)
}

// Armed is the section that an arming store, about to be executed with the
// registers r, arms; nil for none. field is the address of the thread's rseq_cs. learnt
// is as of Learn.
func (s *Sections) Armed(insn *machine.Insn, r *machine.Regs, field table.Addr) (p *table.Placed, learnt bool) {
	descriptor, known := insn.FieldAfter(r, s.mem, field)
	switch {
	case known && descriptor == 0:
		return nil, false
	case known:
		return s.Learn(table.Addr(descriptor))
	}
	// A value that cannot be computed (a vector register): the section that
	// begins right behind the store.
	if q := s.image.At(insn.Next()); q != nil && q.Start == insn.Next() {
		return q, false
	}
	return nil, false
}

// Learn finds the section that the descriptor at an address describes. Where no file
// declares it, it is read from memory each time: code made at run time may use a
// descriptor anew. nil where there is none that the kernel would take.
//
// learnt says that the section was not known so far. Breakpoints may stand inside it
// then: the caller has to withdraw them.
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

// refused reports whether the kernel takes a section for none whatever the thread has
// registered: it kills the thread instead (rseq_get_rseq_cs, kernel/rseq.c). Flags are
// not looked at: kernels before 6.1 took some.
func refused(p *table.Placed) bool {
	for _, failed := range table.Validate(p.Section.Descriptor, p.Section.Signature, table.Rules{}) {
		if failed.Check != table.CheckFlags {
			return true
		}
	}
	return false
}
