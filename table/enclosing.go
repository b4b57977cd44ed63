package table

import (
	"cmp"
	"debug/elf"
	"slices"
)

// enclosing is the best symbol found so far for one address.
type enclosing struct {
	addr   uint64
	symbol symbol
	value  uint64 // file address of the symbol
	names  *header
	rank   int // 0: none yet
}

// rank orders symbols by how well they name the code at an address they
// cover: a function with a size, then anything else in the same section.
func rank(s *symbol) int {
	r := 1
	if k := s.kind(); k == elf.STT_FUNC || k == elf.STT_GNU_IFUNC {
		r = 3
	}
	if s.size != 0 {
		r++
	}
	return r
}

// nameSections finds the function around each section. It reads the symbol
// tables, which may be very large, once and keeps none of them.
func (p *parser) nameSections() error {
	found := make([]enclosing, len(p.file.Sections))
	for i := range found {
		found[i].addr = uint64(p.file.Sections[i].Start)
	}
	// The sections are sorted by Start, and so is found.
	for _, typ := range []elf.SectionType{elf.SHT_SYMTAB, elf.SHT_DYNSYM} {
		for i := range p.headers {
			if h := &p.headers[i]; h.typ == typ && uint64(h.link) < uint64(len(p.headers)) {
				if err := p.matchSymbols(i, found); err != nil {
					return &FormatError{Section: p.name(h), Err: err}
				}
			}
		}
	}
	for i := range found {
		if f := &found[i]; f.rank != 0 {
			s := &p.file.Sections[i]
			s.Symbol, s.Offset = p.stringAt(f.names, f.symbol.name), f.addr-f.value
		}
	}
	return nil
}

// maxWork bounds the pairs of a symbol and a section that it covers. There
// are a few for each section in an honest file.
const maxWork = 1 << 24

// matchSymbols improves found, sorted by address, with one symbol table.
func (p *parser) matchSymbols(table int, found []enclosing) error {
	h := &p.headers[table]
	names := &p.headers[h.link]
	n, work := uint64(0), 0
	return p.in.each(h.offset, h.size, p.symbolSize(), func(_ uint64, b []byte) error {
		s := p.decodeSymbol(b)
		n++
		if k := s.kind(); k > elf.STT_FUNC && k != elf.STT_GNU_IFUNC || s.name == 0 || elf.SectionIndex(s.shndx) == elf.SHN_ABS {
			return nil // not an address in a section: sections, files, thread-local symbols
		}
		value, ok := p.symbolValue(table, h, n-1, s)
		if !ok {
			return nil
		}
		if p.machine == elf.EM_ARM && s.kind() == elf.STT_FUNC {
			value &^= 1 // bit 0 marks Thumb code
		}
		end := s.size
		if end == 0 {
			end = p.restOfSection(value)
		}
		i, _ := slices.BinarySearchFunc(found, value, func(f enclosing, v uint64) int { return cmp.Compare(f.addr, v) })
		for ; i < len(found) && found[i].addr-value < end; i++ {
			if work++; work > maxWork {
				return because(ErrTooLarge, "symbols that cover everything")
			}
			p.better(&found[i], s, value, names)
		}
		return nil
	})
}

// better replaces f by s if s names the address better: by rank, then the
// nearest, then global before weak before local.
func (p *parser) better(f *enclosing, s symbol, value uint64, names *header) {
	r := rank(&s)
	if r < f.rank {
		return
	}
	if r == f.rank && (value < f.value || value == f.value && bindOrder(s.bind()) <= bindOrder(f.symbol.bind())) {
		return
	}
	if r == 1 && p.localLabel(names, s.name) {
		return
	}
	f.symbol, f.value, f.names, f.rank = s, value, names, r
}

func bindOrder(b elf.SymBind) int {
	switch b {
	case elf.STB_GLOBAL:
		return 2
	case elf.STB_WEAK:
		return 1
	}
	return 0
}

// localLabel: the assembler's mapping symbols ($x, $d, $a) and local labels.
func (p *parser) localLabel(names *header, at uint32) bool {
	var b [2]byte
	if uint64(at) >= names.size || p.in.small(names.offset+uint64(at), b[:]) != nil {
		return true
	}
	return b[0] == 0 || b[0] == '$' || string(b[:]) == ".L"
}

// restOfSection is the distance from an address to the end of its section, in
// bytes.
func (p *parser) restOfSection(a uint64) uint64 {
	i := p.sectionAt(a)
	if i == 0 {
		return 0
	}
	return p.headers[i].addr + p.headers[i].size - a
}
