package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// layout returns the instructions of the function at a, nil if there is no function or its code
// may change.
func (s *Sections) layout(a table.Addr) *machine.Layout {
	if s.image.ModuleAt(a) == nil {
		return nil
	}
	entry, code, ok := s.symbols.Extent(a)
	if !ok {
		return nil
	}
	if l, ok := s.functions[entry]; ok {
		return l
	}
	size := table.Addr(0)
	for _, r := range code {
		size += r.High - r.Low
	}
	var l *machine.Layout
	if size <= maxCode {
		l = machine.Lay(s.Code(code, entry))
	}
	if s.functions == nil {
		s.functions = map[table.Addr]*machine.Layout{}
	}
	s.functions[entry] = l
	return l
}

func (s *Sections) dropLayouts() { s.functions, s.passed, s.exits, s.armings = nil, nil, nil, nil }

// Reached records that a thread stands at pc, and adds the code that control reaches from there
// to the layout of its function. Code that only an indirect jump reaches is unknown before.
func (s *Sections) Reached(pc table.Addr) {
	l := s.layout(pc)
	if l == nil || l.Begins(pc) {
		return
	}
	_, code, _ := s.symbols.Extent(pc)
	l.Add(s.Code(code, pc))
	s.passed = nil
}

// middle refuses an address inside an instruction that control reaches. It refuses nothing in
// code that no known path reaches.
func (s *Sections) middle(a table.Addr) error {
	if s.passed[a] {
		return nil
	}
	l := s.layout(a)
	if l == nil {
		return nil
	}
	if l.Within(a) {
		return &MiddleError{Addr: a}
	}
	if s.passed == nil {
		s.passed = map[table.Addr]bool{}
	}
	s.passed[a] = true
	return nil
}

// Code returns the code of ranges (sorted) to follow from entries and from the addresses in the
// sections' descriptors: instructions begin at a section's start, behind its end and at its abort
// handler, and the signature is not an instruction. An instruction probably begins at each
// statement of the line table.
func (s *Sections) Code(ranges []machine.Range, entries ...table.Addr) machine.Code {
	c := machine.Code{Arch: s.arch, Ranges: ranges, Entries: entries, Read: s.mem.ReadMemory}
	for _, r := range ranges {
		for _, p := range s.image.Overlapping(r.Low-min(r.Low, 1), r.High) { // includes a section that ends at r.Low
			for _, a := range [...]table.Addr{p.Start, p.End} {
				if r.Contains(a) {
					c.Entries = append(c.Entries, a)
				}
			}
		}
		for _, p := range s.image.HandlersIn(r.Low, r.High) {
			c.Entries = append(c.Entries, p.Abort)
		}
		c.Data = append(c.Data, s.signatures(r)...)
		c.Likely = append(append(c.Likely, r.Low), s.symbols.Statements(r)...)
	}
	return c
}

// signatures returns the ranges of the abort handlers' signatures in r, by address.
func (s *Sections) signatures(r machine.Range) []machine.Range {
	var list []machine.Range
	for _, p := range s.image.HandlersIn(r.Low+1, r.High+machine.SignatureSize) {
		list = append(list, machine.Range{Low: p.Abort - machine.SignatureSize, High: p.Abort})
	}
	return list
}

// WaysOut follows the code of ranges from pc, where a thread stands. If pc is outside of them
// (code moved out of an inlined call), it follows them from every address where code may begin.
func (s *Sections) WaysOut(ranges []machine.Range, pc table.Addr) machine.Ways {
	s.Reached(pc)
	c := s.Code(ranges, pc)
	if !machine.InRanges(ranges, pc) {
		c.Entries, c.Likely = append(c.Entries, c.Likely...), nil
	}
	return machine.WaysOut(c)
}
