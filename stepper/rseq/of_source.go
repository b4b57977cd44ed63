package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// OfSource makes Symbols of a program's source.
func OfSource(s source.Symbols) Symbols { return ofSource{s} }

type ofSource struct{ source.Symbols }

// Extent is Symbols.Extent.
func (s ofSource) Extent(pc table.Addr) (entry table.Addr, code []machine.Range, ok bool) {
	fn, ok := s.Function(pc)
	return fn.Entry, fn.Ranges, ok
}

// BeginsStatement is Symbols.BeginsStatement.
func (s ofSource) BeginsStatement(a table.Addr) bool {
	total, _ := s.Inlines(a)
	return s.LineStart(a, total)
}
