package table

import (
	"debug/elf"
	"fmt"
)

// Section types of relocations that debug/elf does not name. See bionic's
// and LLVM's packed relocations; sections of these types are not decoded.
const (
	shtRELR        = 19         // SHT_RELR, generic ABI
	shtAndroidREL  = 0x60000001 // SHT_ANDROID_REL
	shtAndroidRELA = 0x60000002 // SHT_ANDROID_RELA
	shtAndroidRELR = 0x6fffff00 // SHT_ANDROID_RELR: RELR before it had its number
	shtCREL        = 0x40000014 // SHT_CREL
)

// entry is a decoded relocation.
type entry struct {
	offset    uint64
	typ       uint32
	composed  uint32 // MIPS n64: the second type
	symbol    uint32
	addend    uint64
	hasAddend bool
}

// relocate applies the file's relocations to the regions. In an executable or
// shared object those are the dynamic ones (RELA, REL, RELR; sections with
// SHF_ALLOC); in a relocatable object those that name the region's section.
func (p *parser) relocate(regions []*region) error {
	if len(regions) == 0 {
		return nil
	}
	all, bySection := sorted(regions), make(map[int][]*region)
	for _, r := range regions {
		bySection[r.section] = append(bySection[r.section], r)
	}
	for i := range p.headers {
		h := &p.headers[i]
		set, base := all, uint64(0)
		switch {
		case !isRelocation(h.typ):
			continue
		case p.typ == elf.ET_REL:
			if set = sorted(bySection[int(h.info)]); h.info == 0 || len(set) == 0 {
				continue
			}
			base = set[0].addr - set[0].offset
		case h.flags&elf.SHF_ALLOC == 0:
			continue // left by --emit-relocs: already applied
		}
		var err error
		switch h.typ {
		case elf.SHT_RELA, elf.SHT_REL:
			err = p.relocateFrom(h, set, base)
		case shtRELR, shtAndroidRELR:
			err = p.relocateRelative(h, set)
		case shtAndroidREL, shtAndroidRELA, shtCREL:
			p.warn(p.name(h), 0, because(ErrUnsupported, "packed relocations (type %#x)", uint32(h.typ)))
		}
		if err != nil {
			return &FormatError{Section: p.name(h), Err: err}
		}
	}
	return nil
}

func isRelocation(t elf.SectionType) bool {
	switch t {
	case elf.SHT_RELA, elf.SHT_REL, shtRELR, shtAndroidRELR, shtAndroidREL, shtAndroidRELA, shtCREL:
		return true
	}
	return false
}

// relocateFrom applies a section of REL or RELA entries. base is added to their
// offsets, which are relative to the section in a relocatable object.
func (p *parser) relocateFrom(h *header, set regionSet, base uint64) error {
	rela := h.typ == elf.SHT_RELA
	size := 8
	if p.wide() {
		size = 16
	}
	if rela {
		size += size / 2
	}
	return p.in.each(h.offset, h.size, size, func(at uint64, b []byte) error {
		c := p.cursor(b)
		offset := c.word() + base
		r, off := set.at(offset, 4)
		if r == nil {
			return nil
		}
		e := p.decodeEntry(b, rela)
		rt := relocationType(p.machine, p.class, e.typ, e.composed)
		switch {
		case rt.effect == nothing:
			return nil
		case rt.effect == unknown:
			p.warn(p.name(h), at, because(ErrUnsupported, "relocation type %d of %s", e.typ, p.machine))
			return nil
		case off+rt.size > len(r.data):
			return because(ErrMalformed, "relocation at %#x extends past the end of %s", e.offset, r.name)
		}
		value, ok := p.relocationValue(h, e)
		if !ok {
			p.warn(p.name(h), at, fmt.Errorf("relocation at %#x needs symbol %d, which this file does not define", e.offset, e.symbol))
			return nil
		}
		p.store(r, off, rt, e, value)
		return nil
	})
}

// decodeEntry decodes a REL or RELA entry.
func (p *parser) decodeEntry(b []byte, rela bool) entry {
	c := p.cursor(b)
	e := entry{offset: c.word(), hasAddend: rela}
	switch {
	case p.wide() && (p.machine == elf.EM_MIPS || p.machine == elf.EM_MIPS_RS3_LE):
		// n64 has its own r_info: a symbol, a second symbol and three types.
		e.symbol = c.u32()
		c.u8() // r_ssym
		c.u8() // r_type3
		e.composed, e.typ = uint32(c.u8()), uint32(c.u8())
	case p.wide():
		info := c.word()
		e.symbol, e.typ = uint32(info>>32), uint32(info)
	default:
		info := c.u32()
		e.symbol, e.typ = info>>8, info&0xff
	}
	if rela {
		e.addend = c.word()
	}
	return e
}

// relocationValue is the value of the relocation's symbol: 0 without one.
func (p *parser) relocationValue(h *header, e entry) (uint64, bool) {
	if e.symbol == 0 {
		return 0, true
	}
	if uint64(h.link) >= uint64(len(p.headers)) {
		return 0, false
	}
	symtab := &p.headers[h.link]
	if symtab.typ != elf.SHT_SYMTAB && symtab.typ != elf.SHT_DYNSYM {
		return 0, false
	}
	s, err := p.symbolAt(symtab, uint64(e.symbol))
	if err != nil {
		return 0, false
	}
	return p.symbolValue(int(h.link), symtab, uint64(e.symbol), s)
}

// store applies one relocation to a region. A relocation without an addend of
// its own adds to the stored value.
func (p *parser) store(r *region, off int, rt relocation, e entry, symbol uint64) {
	b := r.data[off : off+rt.size]
	var word uint64
	if rt.size == 8 {
		word = p.order.Uint64(b)
	} else {
		word = uint64(p.order.Uint32(b))
	}
	addend := e.addend
	if !e.hasAddend {
		addend = word
	}
	switch rt.effect {
	case absolute:
		word = symbol + addend
	case relative:
		word = addend
	case plus:
		word += symbol + addend
	case minus:
		word -= symbol + addend
	}
	if rt.size == 8 {
		p.order.PutUint64(b, word)
	} else {
		p.order.PutUint32(b, uint32(word))
	}
	for i := off / 4; i < (off+rt.size+3)/4; i++ {
		r.moved[i] = true
	}
}

// relocateRelative marks the words that a RELR section relocates. It does not
// change them: RELR stores the addend, which is the file address, in place.
//
// An even entry is the address of a word; an odd one is a bitmap of the words
// that follow, bit 1 the first. See the generic ABI's chapter on relocation.
func (p *parser) relocateRelative(h *header, set regionSet) error {
	word := uint64(4)
	if p.wide() {
		word = 8
	}
	span := (8*word - 1) * word // bytes that one bitmap covers
	next := uint64(0)
	return p.in.each(h.offset, h.size, int(word), func(_ uint64, b []byte) error {
		c := p.cursor(b)
		v := c.word()
		if v&1 == 0 {
			set.mark(v, int(word))
			next = v + word
			return nil
		}
		if set.touches(next, span) {
			for i := uint64(0); i < 8*word-1; i++ {
				if v>>(i+1)&1 != 0 {
					set.mark(next+i*word, int(word))
				}
			}
		}
		next += span
		return nil
	})
}

// mark records that a relocation covers n bytes at address a.
func (set regionSet) mark(a uint64, n int) {
	if r, off := set.at(a, n); r != nil {
		for i := off / 4; i < (off+n+3)/4; i++ {
			r.moved[i] = true
		}
	}
}
