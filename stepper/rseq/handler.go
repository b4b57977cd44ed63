package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// MaxHandler is the maximum length, in bytes, of an abort handler that stands outside its
// function's code. The handlers that librseq and tcmalloc emit are one jump, or count the abort
// first: up to 14 bytes.
const MaxHandler = 64

// maxHandlerInsns is the maximum number of instructions that Handler examines to find the
// handler's end.
const maxHandlerInsns = 32

// InHandler reports whether pc is at the abort handler of a section, or shortly behind its start.
func (s *Sections) InHandler(pc table.Addr) bool {
	low := pc - min(pc, MaxHandler-1)
	return len(s.image.HandlersIn(low, pc+1)) > 0
}

// Handler returns the straight run of instructions at a section's abort handler, if no statement
// of its own begins there, and where the run leads: the target of its first unconditional jump,
// or the statement that it falls into. (The line table assigns a handler in a subsection of its
// function's text to whatever line stands before it.)
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
