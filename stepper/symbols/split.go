package symbols

import (
	"debug/dwarf"
	"errors"
	"fmt"
	"maps"

	"rseqstep/table"
)

// Attributes of GNU's split DWARF 4 (GCC wiki, DebugFission); debug/dwarf
// names those of DWARF 5.
const (
	attrGNUDwoName    = dwarf.Attr(0x2130)
	attrGNUDwoID      = dwarf.Attr(0x2131)
	attrGNURangesBase = dwarf.Attr(0x2132)
	attrGNUAddrBase   = dwarf.Attr(0x2133)
)

// split is a skeleton unit's reference to the unit with its DIEs, which is in a
// .dwo file or in a .dwp package.
type split struct {
	name       string // of the .dwo file
	dir        string // what the name is relative to: the folder of compilation
	addrBase   uint64 // the start of the unit's addresses in .debug_addr
	rangesBase uint64 // what its offsets into .debug_ranges are relative to, before DWARF 5
	low        uint64 // base of its ranges and location lists
	tried      bool
	unit       *cu // nil if it is unavailable
}

// splitOf is a unit's split, nil if the unit is not a skeleton.
func splitOf(u *cu) *split {
	name, _ := u.root.Val(dwarf.AttrDwoName).(string)
	s := &split{name: name, addrBase: uint64(u.int(dwarf.AttrAddrBase))}
	if u.version < 5 {
		if s.name, _ = u.root.Val(attrGNUDwoName).(string); s.name == "" {
			return nil
		}
		u.id = uint64(u.int(attrGNUDwoID))
		s.addrBase, s.rangesBase = uint64(u.int(attrGNUAddrBase)), uint64(u.int(attrGNURangesBase))
	} else if u.root.Tag != dwarf.TagSkeletonUnit {
		return nil
	}
	s.dir, _ = u.root.Val(dwarf.AttrCompDir).(string)
	s.low, _ = u.root.Val(dwarf.AttrLowpc).(uint64)
	return s
}

// full is the unit that has u's DIEs: the split unit of a skeleton, opened on
// first use; for every other unit, and for a skeleton whose .dwo file is
// missing, u itself.
func (u *cu) full() *cu {
	s := u.split
	if s == nil {
		return u
	}
	if !s.tried {
		s.tried = true
		if s.unit = u.im.openSplit(u); s.unit == nil && !u.im.split.missing {
			u.im.split.missing = true
			u.im.warn("Could not find DWO CU %s(%#x) referenced by CU at offset %#x [in module %s]; what it describes is not known here, and other files may be missing too", s.name, u.id, u.off, u.im.path)
		}
	}
	if s.unit == nil {
		return u
	}
	return s.unit
}

// openSplit finds a skeleton's unit: in the package, else in the .dwo file.
func (im *image) openSplit(u *cu) *cu {
	for _, p := range im.packages() {
		if full, err := p.open(u); err == nil && full != nil {
			return full
		}
	}
	for _, path := range im.splitPaths(u.split) {
		if full, err := im.openSplitFile(path, u); err == nil && full != nil {
			return full
		}
	}
	return nil
}

var errNoUnit = errors.New("no such unit in it")

// adoptSplit adds the DIEs of a .dwo file or of a unit in a package and returns
// the unit whose skeleton is u. contents are the sections by their names in a
// program.
func (im *image) adoptSplit(contents map[string][]byte, u *cu) (full *cu, err error) {
	defer guard(&err, u.split.name+": DWARF")
	read := im.splitSections(contents, u)
	if p := contents[".debug_types"]; len(p) > 0 {
		// Ignore the error: without them types are incomplete.
		_ = im.addTypes(p, read, u)
	}
	d, err := newData(read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", u.split.name, err)
	}
	s, err := im.addSpace(d, contents[".debug_info"], contents)
	if err != nil {
		return nil, err
	}
	before := len(im.units)
	im.addUnits(s)
	for _, x := range im.units[before:] {
		x.compile, x.skeleton = false, u
		if x.version < 5 {
			x.id = uint64(x.int(attrGNUDwoID))
		}
		if x.typ == 0 && x.id == u.id {
			full = x
		}
	}
	if full == nil {
		return nil, errNoUnit
	}
	full.inherit(u)
	return full, nil
}

// splitSections is the sections of a split unit that debug/dwarf reads. The
// unit has no base attributes: its tables begin where the sections' headers
// end, its addresses at its skeleton's base.
func (im *image) splitSections(contents map[string][]byte, u *cu) map[string][]byte {
	contents[".debug_abbrev"] = standardForms(contents[".debug_abbrev"])
	read := maps.Clone(contents)
	addr := im.section(".debug_addr")
	read[".debug_addr"] = addr[min(u.split.addrBase, uint64(len(addr))):]
	if u.version >= 5 {
		read[".debug_str_offsets"] = pastHeader(contents[".debug_str_offsets"], 4)
		read[".debug_rnglists"] = pastHeader(contents[".debug_rnglists"], 8)
	}
	return read
}

// pastHeader is a DWARF 5 table without its header: the length (which
// determines the width of offsets) and size more bytes.
func pastHeader(p []byte, size int) []byte {
	return p[min(headerSize(p, size), len(p)):]
}

func headerSize(p []byte, size int) int {
	if len(p) >= 4 && p[0]&p[1]&p[2]&p[3] == 0xff {
		return 12 + size
	}
	return 4 + size
}

// inherit copies to a split unit what only its skeleton has: its code, its
// lines, the folder of compilation (DWARF 5 section 3.1.3).
func (full *cu) inherit(u *cu) {
	root := *full.root
	root.Field = append([]dwarf.Field(nil), root.Field...)
	for _, a := range [...]dwarf.Attr{dwarf.AttrLowpc, dwarf.AttrHighpc, dwarf.AttrRanges, dwarf.AttrCompDir} {
		if f := u.root.AttrField(a); f != nil && root.AttrField(a) == nil {
			root.Field = append(root.Field, *f)
		}
	}
	full.root = &root
}

// exportSplit fills in a split unit's bases.
func (u *cu) exportSplit(x *Unit) {
	s := u.skeleton.split
	x.Low, x.AddrBase = table.FileAddr(s.low), int64(s.addrBase)
	if u.version >= 5 {
		x.LoclistsBase = int64(headerSize(u.space.section(".debug_loclists"), 8))
		x.RnglistsBase = int64(headerSize(u.space.section(".debug_rnglists"), 8))
		x.StrOffsetsBase = int64(headerSize(u.space.section(".debug_str_offsets"), 4))
	}
}
