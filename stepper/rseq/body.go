package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Body returns a section's instructions. If a file declares the section, Body decodes it once and
// the result belongs to Sections; a section of code made at run time is decoded on each call.
// Errors: that of the memory, and those of machine.DecodeBody.
func (s *Sections) Body(p *table.Placed) (*machine.Body, error) {
	if b, ok := s.bodies[p]; ok {
		return b, nil
	}
	code, err := s.read(p.Start, p.End)
	if err != nil {
		return nil, err
	}
	var behind [machine.MaxLen]byte // bytes of an instruction that extends beyond the end
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

// Exits lists the exits of a section, by address. If an exit lies inside another section, that
// section's exits replace it, because nothing may be inserted inside a section. The list belongs
// to Sections, which keeps it while the modules and the known sections stay the same; that of code
// made at run time it computes anew.
func (s *Sections) Exits(b *machine.Body) []table.Addr {
	if list, ok := s.exits[b]; ok {
		return list
	}
	keep := s.declares(b)
	stops := b.Stops(func(a table.Addr) *machine.Body {
		q := s.image.At(a)
		if q == nil {
			return nil
		}
		keep = keep && q.Module != nil
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
	if keep {
		if s.exits == nil {
			s.exits = map[*machine.Body][]table.Addr{}
		}
		s.exits[b] = out
	}
	return out
}

// declares reports whether a body is that of a section that a file declares.
func (s *Sections) declares(b *machine.Body) bool {
	for _, p := range s.image.AllAt(b.Start) {
		if s.bodies[p] == b {
			return true
		}
	}
	return false
}

// ExitsKnown reports whether all exits of the sections at a are known. Only such sections can run
// natively.
func (s *Sections) ExitsKnown(a table.Addr) bool {
	for _, p := range s.image.AllAt(a) {
		if body, err := s.Body(p); err != nil || !body.Known() {
			return false
		}
	}
	return true
}
