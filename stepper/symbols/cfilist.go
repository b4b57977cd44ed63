package symbols

// rawEntry is a CIE or FDE as a section in memory holds it.
type rawEntry struct {
	off, next uint64
	cie       uint64 // section offset of the FDE's CIE
	isCIE     bool
	bodyAt    uint64
	body      []byte
}

// entryAt takes apart the entry at off. ok is false at the section's end and
// where nothing can be made of it.
func (s *frameSection) entryAt(im *image, off uint64) (e rawEntry, ok bool) {
	r := im.reader(s.p, s.base)
	r.at = int(off)
	length, word := r.uint(4), 4
	if length == 0 && s.eh {
		return rawEntry{off: off, next: off + 4}, !r.bad // a terminator; gas and ld may leave several
	}
	if length == 0xffffffff {
		length, word = r.uint(8), 8
	}
	start := uint64(r.at)
	if r.bad || length < uint64(word) || length > uint64(len(s.p))-start {
		return rawEntry{}, false
	}
	if s.eh {
		word = 4
	}
	id := r.uint(word)
	e = rawEntry{off: off, next: start + length, bodyAt: uint64(r.at)}
	if s.eh {
		e.isCIE, e.cie = id == 0, start-id
	} else {
		e.isCIE, e.cie = id == ^uint64(0)>>(64-8*word), id
	}
	if e.bodyAt > e.next {
		return rawEntry{}, false
	}
	e.body = s.p[e.bodyAt:e.next]
	return e, true
}

// scan lists a section's FDEs that code stands at. Malformed ones are left out.
func (c *cfi) scan(s *frameSection) {
	if len(s.p) > 1<<32-1 {
		return
	}
	for off := uint64(0); off+8 <= uint64(len(s.p)); {
		e, ok := s.entryAt(c.im, off)
		if !ok {
			return
		}
		off = e.next
		if e.isCIE || e.body == nil {
			continue
		}
		if f, err := c.readRaw(s, e); err == nil && f.lo < f.hi && c.im.main.executable(f.lo) {
			c.list = append(c.list, fdeRef{f.span, uint32(e.off), s})
		}
	}
}

func (c *cfi) readListed(ref fdeRef) (*fde, error) {
	e, ok := ref.sec.entryAt(c.im, uint64(ref.off))
	if !ok || e.isCIE || e.body == nil {
		return nil, errCFI
	}
	return c.readRaw(ref.sec, e)
}

// readRaw decodes an FDE and, once for all that share it, its CIE.
func (c *cfi) readRaw(s *frameSection, e rawEntry) (*fde, error) {
	key := cieKey{s.eh, s.base + e.cie}
	common := c.cies[key]
	if common == nil {
		if e.cie >= uint64(len(s.p)) {
			return nil, errCFI
		}
		ce, ok := s.entryAt(c.im, e.cie)
		if !ok || !ce.isCIE {
			return nil, errCFI
		}
		var err error
		if common, err = readCIE(c.im.reader(ce.body, s.base+ce.bodyAt), s.eh); err != nil {
			return nil, err
		}
		c.cies[key] = common
	}
	return readFDE(c.im.reader(e.body, s.base+e.bodyAt), common)
}
