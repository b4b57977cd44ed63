package rseq

import (
	"fmt"

	"rseqstep/table"
)

// Name returns the name of a section for reports: symbol+offset of its start.
func (s *Sections) Name(p *table.Placed) string {
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
