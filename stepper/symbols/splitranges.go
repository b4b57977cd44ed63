package symbols

import (
	"debug/dwarf"
	"encoding/binary"
)

// Entries of a range list (DWARF 5 section 7.25).
const (
	rleEnd          = 0x00
	rleBaseAddressx = 0x01
	rleStartxEndx   = 0x02
	rleStartxLength = 0x03
	rleOffsetPair   = 0x04
	rleBaseAddress  = 0x05
	rleStartEnd     = 0x06
	rleStartLength  = 0x07
)

// splitRanges reads the range list of a DIE of a split unit, which debug/dwarf
// cannot: the list is in the .dwo file and its base and addresses are in
// the program (DWARF 5), or the list itself is in the program (before).
func (u *cu) splitRanges(e *dwarf.Entry) ([][2]uint64, error) {
	s := u.skeleton.split
	at, ok := unsigned(e.Val(dwarf.AttrRanges))
	if !ok {
		return nil, errNoEntry
	}
	if u.version < 5 {
		return u.oldRanges(s.low, at+s.rangesBase)
	}
	p := u.space.section(".debug_rnglists")
	if e.AttrField(dwarf.AttrRanges).Class == dwarf.ClassRngList {
		p = pastHeader(p, 8) // debug/dwarf used this to find the list's offset
	}
	if at > uint64(len(p)) {
		return nil, errNoEntry
	}
	return u.newRanges(cursor{p: p[at:], order: u.im.main.ByteOrder, width: u.addrSize})
}

// newRanges reads a list of .debug_rnglists.
func (u *cu) newRanges(c cursor) (out [][2]uint64, err error) {
	base := u.skeleton.split.low
	for len(out) < maxLineRows {
		kind := c.fixed(1)
		var low, high uint64
		switch kind {
		case rleBaseAddressx:
			base = u.address(&c)
			continue
		case rleBaseAddress:
			base = c.fixed(c.width)
			continue
		case rleStartxEndx:
			low, high = u.address(&c), u.address(&c)
		case rleStartxLength:
			low = u.address(&c)
			high = low + c.uleb()
		case rleOffsetPair:
			low, high = base+c.uleb(), base+c.uleb()
		case rleStartEnd:
			low, high = c.fixed(c.width), c.fixed(c.width)
		case rleStartLength:
			low = c.fixed(c.width)
			high = low + c.uleb()
		default:
			c.bad = c.bad || kind != rleEnd
		}
		if c.bad || kind == rleEnd {
			break
		}
		out = append(out, [2]uint64{low, high})
	}
	if c.bad {
		return nil, errNoEntry
	}
	return out, nil
}

// address reads the index of an address of the unit and looks it up in the
// program's .debug_addr.
func (u *cu) address(c *cursor) uint64 {
	n, addr, base := c.uleb(), u.im.section(".debug_addr"), u.skeleton.split.addrBase
	if n > uint64(len(addr)) || base > uint64(len(addr)) {
		c.bad = true
		return 0
	}
	a := cursor{p: addr, order: c.order, width: c.width, at: int(base + n*uint64(c.width))}
	v := a.fixed(c.width)
	c.bad = c.bad || a.bad
	return v
}

// oldRanges reads the list at offset at in the program's .debug_ranges (DWARF 4
// section 2.17.3).
func (u *cu) oldRanges(base, at uint64) (out [][2]uint64, err error) {
	p := u.im.section(".debug_ranges")
	if at > uint64(len(p)) {
		return nil, errNoEntry
	}
	c := cursor{p: p[at:], order: u.im.main.ByteOrder, width: u.addrSize}
	top := ^uint64(0) >> (64 - 8*min(max(c.width, 1), 8))
	for {
		low, high := c.fixed(c.width), c.fixed(c.width)
		switch {
		case c.bad:
			return nil, errNoEntry
		case low == 0 && high == 0:
			return out, nil
		case low == top:
			base = high
		default:
			out = append(out, [2]uint64{base + low, base + high})
		}
	}
}

// cursor reads numbers in sequence; bad is set, and stays set, when one does not fit.
type cursor struct {
	p     []byte
	at    int
	order binary.ByteOrder
	width int // bytes of an address
	bad   bool
}

// fixed reads a number of 1, 2, 4 or 8 bytes.
func (c *cursor) fixed(n int) uint64 {
	if c.bad || c.at < 0 || c.at > len(c.p) || len(c.p)-c.at < n {
		c.bad = true
		return 0
	}
	p := c.p[c.at:]
	c.at += n
	switch n {
	case 1:
		return uint64(p[0])
	case 2:
		return uint64(c.order.Uint16(p))
	case 4:
		return uint64(c.order.Uint32(p))
	case 8:
		return c.order.Uint64(p)
	}
	c.bad = true
	return 0
}

func (c *cursor) uleb() uint64 {
	if c.bad || c.at > len(c.p) {
		c.bad = true
		return 0
	}
	v, n := binary.Uvarint(c.p[c.at:])
	if n <= 0 {
		c.bad = true
		return 0
	}
	c.at += n
	return v
}

// skipLEB skips a LEB128 of either sign.
func (c *cursor) skipLEB() {
	for !c.bad && c.fixed(1)&0x80 != 0 {
	}
}
