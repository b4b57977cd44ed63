package rseq

import (
	"cmp"
	"fmt"

	"rseqstep/table"
)

// Name returns the name of a section for reports: symbol+offset of its start. It keeps that of a
// section that a file declares until Reload.
func (s *Sections) Name(p *table.Placed) string {
	name, ok := s.names[p]
	if ok || p.Module == nil {
		return cmp.Or(name, s.nameOf(p))
	}
	if s.names == nil {
		s.names = map[*table.Placed]string{}
	}
	s.names[p] = s.nameOf(p)
	return s.names[p]
}

func (s *Sections) nameOf(p *table.Placed) string {
	if name, off, ok := s.symbols.Symbol(p.Start); ok {
		return withOffset(name, off)
	}
	if p.Section != nil && p.Section.Symbol != "" {
		return withOffset(p.Section.Symbol, p.Section.Offset)
	}
	return p.Start.String()
}

// AddressName returns the name of an address for reports: symbol+offset, or the address itself.
func (s *Sections) AddressName(a table.Addr) string {
	if name, off, ok := s.symbols.Symbol(a); ok {
		return withOffset(name, off)
	}
	return a.String()
}

func withOffset(name string, off uint64) string {
	if off == 0 {
		return name
	}
	return fmt.Sprintf("%s+%#x", name, off)
}
