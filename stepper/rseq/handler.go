package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// MaxHandler is how far an abort handler may reach, in bytes, that stands by
// itself. Those that librseq and tcmalloc emit are one jump, or count the abort first:
// up to 14 bytes.
const MaxHandler = 64

// maxHandlerInsns is how many instructions of a handler are looked at for its end.
const maxHandlerInsns = 32

// InHandler reports whether a place is at the abort handler of a section, or a
// little behind its start.
func (s *Sections) InHandler(pc table.Addr) bool {
	low := pc - min(pc, MaxHandler-1)
	return len(s.image.HandlersIn(low, pc+1)) > 0
}

// Handler is the straight run of instructions at a section's abort handler, when
// no statement of its own begins there, and where it leads: the target of its first
// unconditional jump, or the statement that it falls into. (A handler put into a
// subsection of its function's text seems to belong to whatever line stands before it.)
func (s *Sections) Handler(p *table.Placed) (r machine.Range, to table.Addr, ok bool) {
	r = machine.Range{Low: p.Abort, High: p.Abort}
	if s.symbols.BeginsStatement(p.Abort) {
		return r, 0, false
	}
	for i := 0; i < maxHandlerInsns; i++ {
		insn, err := s.Decode(r.High)
		if err != nil {
			return r, 0, false
		}
		r.High = insn.Next()
		if !insn.Continues() {
			return r, insn.Target, insn.Kind == machine.Jump
		}
		if s.symbols.BeginsStatement(r.High) {
			return r, r.High, true
		}
	}
	return r, 0, false
}
