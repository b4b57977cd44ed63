package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Body is a section's instructions. That of a section which a file declares is
// decoded once, and belongs to Sections; that of code made at run time is read anew.
// Errors: that of the memory, and those of machine.DecodeBody.
func (s *Sections) Body(p *table.Placed) (*machine.Body, error) {
	if b, ok := s.bodies[p]; ok {
		return b, nil
	}
	code, err := s.read(p.Start, p.End)
	if err != nil {
		return nil, err
	}
	var behind [machine.MaxLen]byte // of an instruction that the end lies in
	n, _ := s.mem.ReadMemory(p.End, behind[:])
	b, err := machine.DecodeBody(s.arch, p, append(code, behind[:n]...))
	if err != nil {
		return nil, err
	}
	if p.Module != nil {
		s.bodies[p] = &b
	}
	return &b, nil
}

// Exits lists where a section can leave to, by address. An exit inside another section
// stands for that one's exits, because nothing may be planted inside it.
func (s *Sections) Exits(b *machine.Body) []table.Addr {
	stops := b.Stops(func(a table.Addr) *machine.Body {
		q := s.image.At(a)
		if q == nil {
			return nil
		}
		inner, err := s.Body(q)
		if err != nil {
			return nil
		}
		return inner
	})
	out := make([]table.Addr, len(stops))
	for i, x := range stops {
		out[i] = x.Addr
	}
	return out
}

// ExitsKnown reports whether all exits of the sections at a are known: such sections
// can be run natively.
func (s *Sections) ExitsKnown(a table.Addr) bool {
	for _, p := range s.image.AllAt(a) {
		if body, err := s.Body(p); err != nil || !body.Known() {
			return false
		}
	}
	return true
}
