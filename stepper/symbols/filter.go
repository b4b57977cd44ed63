package symbols

import (
	"bytes"
	"debug/dwarf"
)

// maxPatterns is the number of occurrences of a name in .debug_str from which
// searching for references to them costs more than reading the units.
const maxPatterns = 64

// unitsNaming is the units that may contain a DIE of a name whose last
// identifier is ident: all that a cheap scan of the bytes does not exclude. A
// name is written in the unit itself (DW_FORM_string) or as an offset into
// .debug_str, whose bytes then occur in the unit (DW_FORM_strp) or in
// .debug_str_offsets (DW_FORM_strx).
func (im *image) unitsNaming(ident string) []*cu {
	if _, err := im.dwarf(); err != nil {
		return nil
	}
	units := im.openUnits()
	if ident == "" || im.shared() {
		return units
	}
	var out []*cu
	filters := map[*byte]*filter{}
	for _, u := range units {
		f := u.space.filter(filters, ident)
		if f == nil || f.passes(u) {
			out = append(out, u)
		}
	}
	return out
}

// openUnits is every unit with DIEs; split units replace their skeletons.
func (im *image) openUnits() []*cu {
	skeletons := false
	for _, u := range im.units[:len(im.units):len(im.units)] { // full appends to im.units
		skeletons = u.split != nil || skeletons
		u.full()
	}
	if !skeletons {
		return im.units
	}
	im.openPackagedTypes()
	var out []*cu
	for _, u := range im.units {
		if u.full() == u {
			out = append(out, u)
		}
	}
	return out
}

// filter is the possible representations of a name in the units that share a section of
// strings.
type filter struct {
	ident    string
	patterns [][]byte        // offsets in .debug_str
	indirect map[*space]bool // whether the space's .debug_str_offsets contains one of them
}

// filter makes the filter of a space, once for each section of strings; nil if there are
// too many patterns.
func (s *space) filter(made map[*byte]*filter, ident string) *filter {
	str := s.section(".debug_str")
	key := new(byte)
	if len(str) > 0 {
		key = &str[0]
	}
	f, ok := made[key]
	if !ok {
		if patterns, ok := s.patterns(ident); ok {
			f = &filter{ident, patterns, map[*space]bool{}}
		}
		made[key] = f
	}
	return f
}

// passes reports whether the unit may contain the name. Split units use string
// indices also before DWARF 5.
func (f *filter) passes(u *cu) bool {
	if u.version >= 5 || u.skeleton != nil {
		indirect, ok := f.indirect[u.space]
		if !ok {
			indirect = containsAny(u.space.section(".debug_str_offsets"), f.patterns)
			f.indirect[u.space] = indirect
		}
		if indirect {
			return true
		}
	}
	p := u.bytes()
	return containsName(p, f.ident) || containsAny(p, f.patterns)
}

// shared reports whether units refer to DIEs of other units, so that a unit's
// functions may be named elsewhere: after dwz, and with link-time optimisation.
func (im *image) shared() bool {
	for _, u := range im.units {
		if !u.compile && u.skeleton == nil && u.root.Tag == dwarf.TagPartialUnit {
			return true
		}
		if name, _ := u.root.Val(dwarf.AttrName).(string); name == "<artificial>" {
			return true
		}
	}
	return false
}

// patterns is the .debug_str offsets of names ending in ident, as units store
// them. ok is false if there are too many.
func (s *space) patterns(ident string) (out [][]byte, ok bool) {
	str := s.section(".debug_str")
	order := s.im.main.ByteOrder
	for at := 0; ; {
		i := indexName(str[at:], ident)
		if i < 0 {
			return out, true
		}
		at += i
		// The name itself, or "~name".
		for off := at; off >= 0 && off >= at-1; off-- {
			p := make([]byte, 4)
			order.PutUint32(p, uint32(off))
			out = append(out, p)
		}
		if len(out) > maxPatterns {
			return nil, false
		}
		at++
	}
}

// indexName finds ident at the end of a name: before the terminating zero or
// template arguments (Go writes those in brackets).
func indexName(p []byte, ident string) int {
	for at := 0; ; {
		i := bytes.Index(p[at:], []byte(ident))
		if i < 0 {
			return -1
		}
		at += i
		if end := at + len(ident); end < len(p) && (p[end] == 0 || p[end] == '<' || p[end] == '[') {
			return at
		}
		at++
	}
}

func containsName(p []byte, ident string) bool { return indexName(p, ident) >= 0 }

func containsAny(p []byte, patterns [][]byte) bool {
	for _, x := range patterns {
		if bytes.Contains(p, x) {
			return true
		}
	}
	return false
}
