package table

import (
	"bytes"
	"debug/elf"
)

// symbol is one entry of a symbol table.
type symbol struct {
	name  uint32
	info  uint8
	shndx uint16
	value uint64
	size  uint64
}

func (s *symbol) kind() elf.SymType { return elf.SymType(s.info & 0xf) }
func (s *symbol) bind() elf.SymBind { return elf.SymBind(s.info >> 4) }

// symbolSize is the size of a symbol table's entries in bytes.
func (im *image) symbolSize() int {
	if im.wide() {
		return elf.Sym64Size
	}
	return elf.Sym32Size
}

func (im *image) decodeSymbol(b []byte) symbol {
	c := im.cursor(b)
	s := symbol{name: c.u32()}
	if im.wide() {
		s.info = c.u8()
		c.u8() // st_other
		s.shndx, s.value, s.size = c.u16(), c.u64(), c.u64()
		return s
	}
	s.value, s.size = uint64(c.u32()), uint64(c.u32())
	s.info = c.u8()
	c.u8() // st_other
	s.shndx = c.u16()
	return s
}

// symbolAt reads symbol number n of a table.
func (im *image) symbolAt(table *header, n uint64) (symbol, error) {
	size := uint64(im.symbolSize())
	if n >= table.size/size {
		return symbol{}, because(ErrMalformed, "symbol %d of %d", n, table.size/size)
	}
	b := make([]byte, size)
	if err := im.in.small(table.offset+n*size, b); err != nil {
		return symbol{}, err
	}
	return im.decodeSymbol(b), nil
}

// symbolValue is the file address of symbol n of the table with section index
// table; false if the file does not define it.
func (im *image) symbolValue(table int, h *header, n uint64, s symbol) (uint64, bool) {
	section := uint64(s.shndx)
	switch elf.SectionIndex(s.shndx) {
	case elf.SHN_UNDEF, elf.SHN_COMMON:
		return 0, false
	case elf.SHN_ABS:
		return s.value, true
	case elf.SHN_XINDEX:
		section = im.extendedIndex(table, n)
	}
	if im.typ != elf.ET_REL {
		return s.value, true
	}
	if section == 0 || section >= uint64(len(im.headers)) {
		return 0, false
	}
	return im.headers[section].addr + s.value, true
}

// extendedIndex is the section of a symbol whose own field is too small for
// it (SHN_XINDEX), from the SHT_SYMTAB_SHNDX section that goes with the table.
func (im *image) extendedIndex(table int, n uint64) uint64 {
	var b [4]byte
	h := &im.headers[im.extended[table]]
	if n >= h.size/4 || im.in.small(h.offset+4*n, b[:]) != nil {
		return 0
	}
	return uint64(im.order.Uint32(b[:]))
}

// stringAt reads a string of a string table; "" if it cannot be read. A name
// longer than maxName is truncated.
func (im *image) stringAt(table *header, at uint32) string {
	const step = 256 // bytes read at once
	var name []byte
	for off := uint64(at); off < table.size && len(name) < maxName; off += step {
		b, err := im.in.bytes(table.offset+off, min(step, table.size-off))
		if err != nil {
			return ""
		}
		if n := bytes.IndexByte(b, 0); n >= 0 {
			return string(append(name, b[:n]...))
		}
		name = append(name, b...)
	}
	return string(name)
}

// maxName is the longest symbol name kept, in bytes; the longest in real
// programs, of templates, are a tenth of that.
const maxName = 1 << 16
