package table

import (
	"cmp"
	"debug/elf"
	"math/bits"
	"slices"
)

// layoutBase is the address of the first section in the layout of a relocatable
// object: not zero, so that no address in it looks like "none".
const layoutBase = 0x1000

// maxAlign is the greatest alignment the layout honours, in bytes. Nothing
// needs more than a huge page of 1 GiB.
const maxAlign = 1 << 30

// part is an ELF section that occupies memory.
type part struct {
	name string
	addr FileAddr
	size uint64 // bytes
}

// layOut assigns addresses to the sections of a relocatable object, which all
// start at address 0: those with SHF_ALLOC follow one another in the order of
// their headers, from layoutBase, with their alignment. In other files the
// sections have their own addresses.
func (im *image) layOut() error {
	if im.typ == elf.ET_REL {
		next := uint64(layoutBase)
		for i := range im.headers {
			h := &im.headers[i]
			h.addr = 0
			if h.flags&elf.SHF_ALLOC == 0 {
				continue
			}
			align := min(max(h.align, 1), maxAlign)
			next = (next + align - 1) / align * align
			h.addr = next
			var over uint64
			if next, over = bits.Add64(next, h.size, 0); over != 0 || next > 1<<62 {
				return &FormatError{Section: im.name(h), Err: because(ErrTooLarge, "section of %#x bytes", h.size)}
			}
		}
	}
	im.extended = make(map[int]int)
	for i := 1; i < len(im.headers); i++ {
		h := &im.headers[i]
		if h.typ == elf.SHT_SYMTAB_SHNDX {
			im.extended[int(h.link)] = i
		}
		if h.flags&elf.SHF_ALLOC != 0 && h.flags&elf.SHF_TLS == 0 && h.size != 0 {
			im.byAddr = append(im.byAddr, i)
		}
	}
	slices.SortStableFunc(im.byAddr, func(a, b int) int { return cmp.Compare(im.headers[a].addr, im.headers[b].addr) })
	return nil
}

// sectionAt is the index of the section that covers a; 0 if none does.
func (im *image) sectionAt(a uint64) int {
	n, found := slices.BinarySearchFunc(im.byAddr, a, func(i int, a uint64) int { return cmp.Compare(im.headers[i].addr, a) })
	if !found {
		n--
	}
	if n < 0 || a-im.headers[im.byAddr[n]].addr >= im.headers[im.byAddr[n]].size {
		return 0
	}
	return im.byAddr[n]
}

// offsetOf finds the file offset of n bytes at address a.
func (im *image) offsetOf(a FileAddr, n uint64) (uint64, bool) {
	for i := range im.segments {
		if s := &im.segments[i]; s.holds(a, n) {
			return s.Offset + uint64(a-s.Addr), true
		}
	}
	if len(im.segments) > 0 {
		return 0, false
	}
	i := im.sectionAt(uint64(a))
	if i == 0 {
		return 0, false
	}
	h := &im.headers[i]
	d := uint64(a) - h.addr
	return h.offset + d, h.typ != elf.SHT_NOBITS && n <= h.size-d
}

// parts lists the sections that occupy memory, by address.
func (im *image) parts() []part {
	parts := make([]part, 0, len(im.byAddr))
	for _, i := range im.byAddr {
		h := &im.headers[i]
		parts = append(parts, part{im.name(h), FileAddr(h.addr), h.size})
	}
	return parts
}

// Where returns the ELF section of an address and the offset in it: for a
// relocatable object that is the address a disassembler shows.
func (f *File) Where(a FileAddr) (section string, offset uint64, ok bool) {
	n, found := slices.BinarySearchFunc(f.parts, a, func(p part, a FileAddr) int { return cmp.Compare(p.addr, a) })
	if !found {
		n--
	}
	if n < 0 || uint64(a-f.parts[n].addr) > f.parts[n].size {
		return "", 0, false
	}
	return f.parts[n].name, uint64(a - f.parts[n].addr), true
}
