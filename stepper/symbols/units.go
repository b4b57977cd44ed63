package symbols

import (
	"debug/dwarf"
	"encoding/binary"
	"sort"

	"rseqstep/table"
)

// cu is one unit of .debug_info, or of another section or file with DIEs.
type cu struct {
	im       *image
	space    *space
	off, end dwarf.Offset // from the header to the end of the last DIE
	die      dwarf.Offset // root DIE
	version  int
	addrSize int
	dwarf64  bool
	root     *dwarf.Entry
	compile  bool         // a unit with code: DW_TAG_compile_unit or a skeleton's
	id       uint64       // of a type unit its signature; of a skeleton and its split unit their common id
	typ      dwarf.Offset // a type unit's type; 0 for other units

	split    *split // of a skeleton: where its DIEs are; nil for others
	skeleton *cu    // of a split unit: its skeleton; nil for others

	funcs *unitFuncs
	lines *lineTable
}

// Attributes and tags that debug/dwarf does not name (DWARF 5 table 7.5, and
// the vendor extensions of gcc and Go).
const (
	attrMIPSLinkageName = dwarf.Attr(0x2007) // DW_AT_MIPS_linkage_name
	langGo              = 0x0016             // DW_LANG_Go
	langRust            = 0x001c             // DW_LANG_Rust
	langAssembler       = 0x8001             // DW_LANG_Mips_Assembler
)

// indexUnits reads unit headers and root DIEs, and finds the code that each
// unit covers.
func (im *image) indexUnits() {
	im.ranges = 0
	for _, s := range im.spaces {
		im.addUnits(s)
	}
	for i, u := range im.units {
		if !u.compile || u.space.base != 0 {
			continue
		}
		for _, s := range im.unitSpansOf(u) {
			im.unitSpans = append(im.unitSpans, owned{s, int32(i)})
		}
	}
	im.unitSpans.sort()
}

// addUnits reads the unit headers and root DIEs of a space. It skips unreadable
// units: the rest of the file is still usable.
func (im *image) addUnits(s *space) {
	r := im.dies(s.base)
	order := s.data.Reader().ByteOrder()
	for off := uint64(0); off+11 < uint64(len(s.info)); {
		u, end := readUnitHeader(s.info, off, order)
		if end <= off || end > uint64(len(s.info)) {
			break
		}
		off = end
		if u != nil {
			im.addUnit(s, r, u)
		}
	}
}

// addUnit adds a unit whose offsets are relative to its space.
func (im *image) addUnit(s *space, r *Reader, u *cu) *cu {
	u.im, u.space = im, s
	u.off, u.end, u.die = u.off+s.base, u.end+s.base, u.die+s.base
	root, err := readRoot(r, u.die)
	if err != nil || root == nil {
		return nil
	}
	u.root = root
	u.compile = root.Tag == dwarf.TagCompileUnit || root.Tag == dwarf.TagSkeletonUnit
	im.units = append(im.units, u)
	if u.typ != 0 {
		u.typ += s.base
		if _, have := im.types[u.id]; !have {
			im.types[u.id] = u.typ
		}
	}
	if s.base == 0 {
		u.split = splitOf(u)
	}
	return u
}

// unitSpansOf is the code that a unit covers: from its root DIE, or if that has
// no ranges (gas before 2.35 and some hand-written units) from its line table.
func (im *image) unitSpansOf(u *cu) []span {
	if spans := u.rangesOf(u.root); len(spans) > 0 {
		return merge(spans)
	}
	if u.root.AttrField(dwarf.AttrStmtList) == nil || u.root.AttrField(dwarf.AttrRanges) != nil {
		return nil
	}
	var spans []span
	for _, s := range u.lineTable().seqs {
		spans = append(spans, s.span)
	}
	return merge(spans)
}

func readRoot(r *Reader, off dwarf.Offset) (e *dwarf.Entry, err error) {
	defer guard(&err, "unit's root DIE")
	r.Seek(off)
	return r.Next()
}

// rangesOf is an entry's address ranges from its attributes, without those that
// contain no code.
func (u *cu) rangesOf(e *dwarf.Entry) []span {
	raw, err := u.rawRanges(e)
	if err != nil {
		return nil
	}
	var out []span
	for _, p := range raw {
		if p[0] < p[1] && u.im.main.executable(p[0]) {
			out = append(out, span{p[0], p[1]})
		}
	}
	return out
}

func (u *cu) rawRanges(e *dwarf.Entry) (r [][2]uint64, err error) {
	defer guard(&err, "ranges")
	im := u.im
	if e.AttrField(dwarf.AttrRanges) == nil {
		return im.dwarfData.Ranges(e)
	}
	if im.ranges > u.enoughRanges() {
		return nil, errTooMany
	}
	if u.skeleton != nil {
		r, err = u.splitRanges(e)
	} else {
		r, err = im.dwarfData.Ranges(e)
	}
	im.ranges += len(r)
	return r, err
}

// readUnitHeader decodes a unit header (DWARF 5 section 7.5.1). u is nil for a
// unit of an unknown version, end is 0 if even its length is invalid.
func readUnitHeader(info []byte, off uint64, order binary.ByteOrder) (u *cu, end uint64) {
	p := info[off:]
	length, n, word := uint64(order.Uint32(p)), uint64(4), uint64(4)
	if length == 0xffffffff {
		if len(p) < 23 {
			return nil, 0
		}
		length, n, word = order.Uint64(p[4:]), 12, 8
	}
	if length > uint64(len(p))-n || length < 7 {
		if length == 0 {
			return nil, off + n
		}
		return nil, 0
	}
	end = off + n + length
	u = &cu{off: dwarf.Offset(off), end: dwarf.Offset(end), version: int(order.Uint16(p[n:])), dwarf64: word == 8}
	size := n + 2
	if u.version >= 5 {
		kind := p[size]
		u.addrSize = int(p[size+1])
		size += 2 + word
		switch kind {
		case 0x02, 0x06: // DW_UT_type, DW_UT_split_type: signature and type offset
			size = u.readSignature(p, size, word, order)
		case 0x04, 0x05: // DW_UT_skeleton, DW_UT_split_compile: unit id
			if size+8 <= uint64(len(p)) {
				u.id = order.Uint64(p[size:])
			}
			size += 8
		}
	} else {
		size += word
		if size >= uint64(len(p)) {
			return nil, 0
		}
		u.addrSize = int(p[size])
		size++
	}
	if u.version < 2 || u.version > 5 || size >= n+length {
		return nil, end
	}
	u.die = u.off + dwarf.Offset(size)
	return u, end
}

// readSignature reads the extra fields of a type unit's header at p[at:]: its
// signature and its type's offset from the header. It returns the offset after
// them.
func (u *cu) readSignature(p []byte, at, word uint64, order binary.ByteOrder) uint64 {
	if at+8+word <= uint64(len(p)) {
		u.id = order.Uint64(p[at:])
		typ := uint64(order.Uint32(p[at+8:]))
		if word == 8 {
			typ = order.Uint64(p[at+8:])
		}
		if typ < uint64(u.end-u.off) {
			u.typ = u.off + dwarf.Offset(typ)
		}
	}
	return at + 8 + word
}

// unitAt is the unit that covers a file address, nil if none does.
func (im *image) unitAt(pc uint64) *cu {
	if _, err := im.dwarf(); err != nil {
		return nil
	}
	if i := im.unitSpans.find(pc); i >= 0 {
		return im.units[i]
	}
	return nil
}

// unitOf is the unit whose DIEs include off.
func (im *image) unitOf(off dwarf.Offset) *cu {
	i := sort.Search(len(im.units), func(i int) bool { return im.units[i].end > off })
	if i < len(im.units) && im.units[i].off <= off {
		return im.units[i]
	}
	return nil
}

func (u *cu) export() *Unit {
	x := &Unit{Entry: u.root, Version: u.version, AddrSize: u.addrSize, Dwarf64: u.dwarf64, Head: u.off, First: u.die, End: u.end, Base: u.space.base, Split: u.skeleton != nil, space: u.space}
	if low, ok := u.root.Val(dwarf.AttrLowpc).(uint64); ok {
		x.Low = table.FileAddr(low)
	}
	x.Language = u.language()
	x.Producer, _ = u.root.Val(dwarf.AttrProducer).(string)
	x.AddrBase = u.int(dwarf.AttrAddrBase)
	x.LoclistsBase = u.int(dwarf.AttrLoclistsBase)
	x.RnglistsBase = u.int(dwarf.AttrRnglistsBase)
	x.StrOffsetsBase = u.int(dwarf.AttrStrOffsetsBase)
	if u.skeleton != nil {
		u.exportSplit(x)
	}
	return x
}

func (u *cu) int(a dwarf.Attr) int64 {
	n, _ := u.root.Val(a).(int64)
	return n
}
