package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// The refusals of rseq.Sections, for clients of the Engine.
type (
	InsideError = rseq.InsideError
	MiddleError = rseq.MiddleError
)

// ErrInsideSection is the error that an *InsideError wraps.
var ErrInsideSection = rseq.ErrInside

// extents is Symbols as rseq.Sections needs them.
type extents struct{ Symbols }

// Extent is rseq.Symbols.Extent.
func (s extents) Extent(pc table.Addr) (entry table.Addr, code []machine.Range, ok bool) {
	fn, ok := s.Function(pc)
	return fn.Entry, fn.Ranges, ok
}

// BeginsStatement is rseq.Symbols.BeginsStatement.
func (s extents) BeginsStatement(a table.Addr) bool {
	total, _ := s.Inlines(a)
	return s.LineStart(a, total)
}

// learn is rseq.Sections.Learn for a descriptor that a thread has armed.
func (e *Engine) learn(descriptor table.Addr) *table.Placed {
	p, learnt := e.sections.Learn(descriptor)
	if learnt {
		e.points.Withdraw()
	}
	return p
}

// armed is the section that an arming store is about to arm, nil for none.
func (e *Engine) armed(th *thread, insn *machine.Insn) *table.Placed {
	p, learnt := e.sections.Armed(insn, &th.Regs, th.Rseq.CSField())
	if learnt {
		e.points.Withdraw()
	}
	return p
}

// SectionName is a section's name in reports: symbol+offset of its start.
func (e *Engine) SectionName(p *table.Placed) string { return e.sections.Name(p) }
