package table

import (
	"cmp"
	"debug/elf"
	"errors"
	"slices"
)

// region is a range of a file that declares something: the bytes of one ELF
// section, or of one descriptor elsewhere, with its relocations applied.
type region struct {
	name    string
	section int    // index of its ELF section
	addr    uint64 // of its first byte
	offset  uint64 // of its first byte in that section
	data    []byte
	moved   []bool // per 4 bytes: a relocation determines the contents
}

// movedAt reports whether a relocation touches the 8 bytes at offset off.
// With 32-bit addresses it fills only half of them, which half depends on
// the byte order.
func (r *region) movedAt(off int) bool {
	return r.moved[off/4] || off/4+1 < len(r.moved) && r.moved[off/4+1]
}

// maxRegions is the most ELF sections of one name that are read.
const maxRegions = 1 << 16

// loadRegions reads every section of the given name. One that has no bytes in
// the file (a separate debug file keeps only the headers) is omitted.
func (p *parser) loadRegions(name string) ([]*region, error) {
	var regions []*region
	for i := range p.headers {
		h := &p.headers[i]
		if !p.named(h, name) || h.size == 0 {
			continue
		}
		if len(regions) == maxRegions {
			return nil, &FormatError{Section: name, Err: because(ErrTooLarge, "more than %d sections of that name", maxRegions)}
		}
		if h.typ == elf.SHT_NOBITS {
			p.warn(name, 0, errors.New("has no bytes in this file: is it a separate debug file?"))
			continue
		}
		if h.flags&elf.SHF_COMPRESSED != 0 {
			return nil, &FormatError{Section: name, Err: because(ErrMalformed, "compressed")}
		}
		data, err := p.in.bytes(h.offset, h.size)
		if err != nil {
			return nil, &FormatError{Section: name, Err: because(err, "%#x bytes at file offset %#x", h.size, h.offset)}
		}
		regions = append(regions, newRegion(name, i, h.addr, 0, data))
	}
	return regions, nil
}

func newRegion(name string, section int, addr, offset uint64, data []byte) *region {
	return &region{name, section, addr, offset, data, make([]bool, (len(data)+3)/4)}
}

// loadAt reads n bytes at an address outside of the known regions, so that they
// can be relocated too. It returns nil if the file has no such bytes.
func (p *parser) loadAt(a FileAddr, n uint64) *region {
	off, ok := p.offsetOf(a, n)
	if !ok {
		return nil
	}
	data, err := p.in.bytes(off, n)
	if err != nil {
		return nil
	}
	i := p.sectionAt(uint64(a))
	name, offset := "", uint64(0)
	if i != 0 {
		name, offset = p.name(&p.headers[i]), uint64(a)-p.headers[i].addr
	}
	return newRegion(name, i, uint64(a), offset, data)
}

// regionSet finds regions by address or by section.
type regionSet []*region

// sorted orders regions by address.
func sorted(regions []*region) regionSet {
	set := slices.Clone(regions)
	slices.SortStableFunc(set, func(a, b *region) int { return cmp.Compare(a.addr, b.addr) })
	return set
}

// at finds the region that covers n bytes at address a.
func (set regionSet) at(a uint64, n int) (*region, int) {
	i, found := slices.BinarySearchFunc(set, a, func(r *region, a uint64) int { return cmp.Compare(r.addr, a) })
	if !found {
		i--
	}
	// Regions of valid files do not overlap; of regions with one address the first is
	// used.
	if i < 0 {
		return nil, 0
	}
	r := set[i]
	if d := a - r.addr; d < uint64(len(r.data)) && uint64(n) <= uint64(len(r.data))-d {
		return r, int(d)
	}
	return nil, 0
}

// touches reports whether a region has a byte in the n bytes from low on.
func (set regionSet) touches(low, n uint64) bool {
	i, _ := slices.BinarySearchFunc(set, low, func(r *region, a uint64) int { return cmp.Compare(r.addr, a) })
	return i < len(set) && set[i].addr-low < n || i > 0 && low-set[i-1].addr < uint64(len(set[i-1].data))
}
