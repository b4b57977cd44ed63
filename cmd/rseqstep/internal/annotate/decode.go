package annotate

import (
	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Code is code with the critical sections that are in it.
type Code struct {
	ops.Source
	Sections []*table.Placed
	Named    func(*table.Placed) string // a section as symbol+offset
}

// Decode decodes a range; it ends with an error at bytes that cannot be read. An
// instruction is known to begin at a section's start, after its end and at its abort
// handler. If decoding would run past such an address, it was out of step; and a
// signature is not an instruction. Such bytes are returned as instructions of one zero
// byte, like those that do not decode.
func (c Code) Decode(r machine.Range) ([]machine.Insn, error) {
	code := make([]byte, r.High-r.Low)
	n, readErr := c.Memory.ReadMemory(r.Low, code)
	code = code[:n]
	var insns []machine.Insn
	for at := r.Low; at < r.Low+table.Addr(n); {
		i, err := c.Arch.Decode(at, code[at-r.Low:])
		if err == nil && !c.signature(at) && !c.begins(at+1, i.Next()) {
			insns = append(insns, i)
			at = i.Next()
			continue
		}
		if err != nil && int(r.Low+table.Addr(n)-at) < machine.MaxLen && r.Low+table.Addr(n) != r.High {
			return insns, prompt.Message("Cannot access memory at address %v", at)
		}
		insns = append(insns, machine.Insn{Addr: at, Len: 1})
		at++
	}
	return insns, readErr
}

// begins reports whether an instruction is known to begin in [low, high).
func (c Code) begins(low, high table.Addr) bool {
	for _, p := range c.Sections {
		for _, a := range []table.Addr{p.Start, p.End, p.Abort} {
			if low <= a && a < high {
				return true
			}
		}
	}
	return false
}

// signature reports whether a bare signature covers an address. A bare signature is one that
// is not part of another instruction (librseq hides it in the displacement of a ud1).
func (c Code) signature(at table.Addr) bool {
	for _, p := range c.Sections {
		if d := p.Abort - at; d >= 1 && d <= machine.SignatureSize {
			return true
		}
	}
	return false
}
