package cfi

import "encoding/binary"

// Section is a whole .eh_frame or .debug_frame in memory.
type Section struct {
	P        []byte
	Base     uint64 // its address; 0 for .debug_frame
	EH       bool   // .eh_frame
	Order    binary.ByteOrder
	AddrSize int // bytes
	// Registers are those of the program's architecture.
	Registers Registers

	cies map[uint64]*CIE // by their offsets
}

// Entry is a CIE or FDE of the section. Body is nil at a terminator.
type Entry struct {
	Off, Next uint64 // section offsets
	IsCIE     bool
	Body      []byte // the bytes after the id or the CIE pointer

	cie    uint64 // section offset of the FDE's CIE
	bodyAt uint64
}

func (s *Section) reader(p []byte, base uint64) *Reader {
	return &Reader{P: p, Base: base, Order: s.Order, AddrSize: s.AddrSize}
}

// EntryAt decodes the entry at a section offset. ok is false at the section's end and for
// an undecodable entry.
func (s *Section) EntryAt(off uint64) (e Entry, ok bool) {
	r := s.reader(s.P, s.Base)
	r.At = int(off)
	length, word := r.Uint(4), 4
	if length == 0 && s.EH {
		return Entry{Off: off, Next: off + 4}, !r.Bad // a terminator; gas and ld may leave several
	}
	if length == 0xffffffff {
		length, word = r.Uint(8), 8
	}
	start := uint64(r.At)
	if r.Bad || length < uint64(word) || length > uint64(len(s.P))-start {
		return Entry{}, false
	}
	if s.EH {
		word = 4
	}
	id := r.Uint(word)
	e = Entry{Off: off, Next: start + length, bodyAt: uint64(r.At)}
	if s.EH {
		e.IsCIE, e.cie = id == 0, start-id
	} else {
		e.IsCIE, e.cie = id == ^uint64(0)>>(64-8*word), id
	}
	if e.bodyAt > e.Next {
		return Entry{}, false
	}
	e.Body = s.P[e.bodyAt:e.Next]
	return e, true
}

// FDEs calls each for every FDE, in the section's order, with its offset. It skips
// malformed ones.
func (s *Section) FDEs(each func(off uint64, f *FDE)) {
	for off := uint64(0); off+8 <= uint64(len(s.P)); {
		e, ok := s.EntryAt(off)
		if !ok {
			return
		}
		off = e.Next
		if e.IsCIE || e.Body == nil {
			continue
		}
		if f, err := s.FDE(e); err == nil {
			each(e.Off, f)
		}
	}
}

// FDEAt is the FDE at a section offset.
func (s *Section) FDEAt(off uint64) (*FDE, error) {
	e, ok := s.EntryAt(off)
	if !ok || e.IsCIE || e.Body == nil {
		return nil, ErrMalformed
	}
	return s.FDE(e)
}

// FDE decodes an FDE and, once for all that share it, its CIE.
func (s *Section) FDE(e Entry) (*FDE, error) {
	common := s.cies[e.cie]
	if common == nil {
		if e.cie >= uint64(len(s.P)) {
			return nil, ErrMalformed
		}
		ce, ok := s.EntryAt(e.cie)
		if !ok || !ce.IsCIE {
			return nil, ErrMalformed
		}
		var err error
		if common, err = ReadCIE(s.reader(ce.Body, s.Base+ce.bodyAt), s.EH, s.Registers); err != nil {
			return nil, err
		}
		if s.cies == nil {
			s.cies = map[uint64]*CIE{}
		}
		s.cies[e.cie] = common
	}
	return ReadFDE(s.reader(e.Body, s.Base+e.bodyAt), common)
}
