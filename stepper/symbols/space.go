package symbols

import (
	"debug/dwarf"
	"errors"
	"math"
	"sort"
)

// space is a part of DWARF with a debug/dwarf reader of its own: the program's
// .debug_info, its .debug_types, a split unit's, or the file that dwz moved
// common DIEs to. Each has its range of the image's offsets, so that an offset
// alone identifies a DIE. Offsets from a space's own reader are relative to
// base.
type space struct {
	im        *image
	base, end dwarf.Offset
	data      *dwarf.Data
	info      []byte
	contents  map[string][]byte // its other sections by their names in a program (".debug_str"); nil: the image's
	plain     bool              // its DIEs need no conversion
}

// spaceGap separates spaces, in bytes: an offset one past the end is in none.
const spaceGap = 16

var errFull = errors.New("more than 4 GiB of DIEs")

// addSpace assigns data the offsets after those of the existing spaces.
func (im *image) addSpace(data *dwarf.Data, info []byte, contents map[string][]byte) (*space, error) {
	base := uint64(0)
	if n := len(im.spaces); n > 0 {
		base = uint64(im.spaces[n-1].end) + spaceGap
	}
	end := base + uint64(len(info))
	if end > math.MaxUint32-spaceGap {
		return nil, errFull
	}
	s := &space{im: im, base: dwarf.Offset(base), end: dwarf.Offset(end), data: data, info: info, contents: contents, plain: base == 0}
	im.spaces = append(im.spaces, s)
	return s, nil
}

// spaceAt is the space that contains an offset, nil for none.
func (im *image) spaceAt(off dwarf.Offset) *space {
	i := sort.Search(len(im.spaces), func(i int) bool { return im.spaces[i].end > off })
	if i < len(im.spaces) && im.spaces[i].base <= off {
		return im.spaces[i]
	}
	return nil
}

// section is one of the space's sections. Addresses and, before DWARF 5,
// ranges are always in the program.
func (s *space) section(name string) []byte {
	if s.contents == nil || name == ".debug_addr" || name == ".debug_ranges" {
		return s.im.section(name)
	}
	return s.contents[name]
}

// bytes is a unit's part of its section.
func (u *cu) bytes() []byte { return u.space.info[u.off-u.space.base : u.end-u.space.base] }

// Reader reads a module's DIEs as debug/dwarf's reader does, in whatever
// section or file they are: offsets are the module's, in the DIEs' references
// too. Attributes in a file made by dwz (DW_FORM_GNU_ref_alt,
// DW_FORM_GNU_strp_alt) are returned as if they were in the module. It may
// panic on hostile input.
type Reader struct {
	im    *image
	space *space
	r     *dwarf.Reader
	err   error
}

// dies is a reader positioned at off.
func (im *image) dies(off dwarf.Offset) *Reader {
	r := &Reader{im: im}
	r.Seek(off)
	return r
}

// Seek positions the reader at the DIE at off.
func (r *Reader) Seek(off dwarf.Offset) {
	r.err = nil
	s := r.im.spaceAt(off)
	if s == nil {
		r.err = errNoEntry
		return
	}
	if r.space != s {
		r.space, r.r = s, s.data.Reader()
	}
	r.r.Seek(off - s.base)
}

// Next reads the next DIE; nil at the end of the section.
func (r *Reader) Next() (*dwarf.Entry, error) {
	if r.err != nil {
		return nil, r.err
	}
	e, err := r.r.Next()
	if err == nil && e != nil && e.Tag != 0 && !r.space.plain {
		r.space.place(e)
	}
	return e, err
}

// SkipChildren skips the children of the last DIE.
func (r *Reader) SkipChildren() {
	if r.err == nil {
		r.r.SkipChildren()
	}
}

// place converts a DIE's offsets to the image's.
func (s *space) place(e *dwarf.Entry) {
	e.Offset += s.base
	for i := range e.Field {
		f := &e.Field[i]
		switch f.Class {
		case dwarf.ClassReference:
			if off, ok := f.Val.(dwarf.Offset); ok {
				f.Val = off + s.base
			} else { // DW_FORM_ref_sup4, DW_FORM_ref_sup8
				s.fromAlt(f, true)
			}
		case dwarf.ClassString:
			if _, ok := f.Val.(string); !ok { // DW_FORM_strp_sup
				s.fromAlt(f, false)
			}
		case dwarf.ClassReferenceAlt, dwarf.ClassStringAlt:
			s.fromAlt(f, f.Class == dwarf.ClassReferenceAlt)
		}
	}
}
