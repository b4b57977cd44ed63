package symbols

import (
	"bytes"
	"debug/dwarf"
)

// maxPatterns is how many places in .debug_str a name may stand at before
// looking for references to them costs more than reading the units.
const maxPatterns = 64

// unitsNaming is the units that can hold a DIE of a name whose last identifier
// is ident: all that a cheap look at the bytes does not rule out. A name is
// written in the unit itself (DW_FORM_string) or as an offset into .debug_str,
// whose bytes then occur in the unit (DW_FORM_strp) or in .debug_str_offsets
// (DW_FORM_strx).
func (im *image) unitsNaming(ident string) []*cu {
	if _, err := im.dwarf(); err != nil {
		return nil
	}
	if ident == "" || im.shared() {
		return im.units
	}
	patterns, ok := im.patterns(ident)
	if !ok {
		return im.units
	}
	indirect := containsAny(im.section(".debug_str_offsets"), patterns)
	info := im.section(".debug_info")
	var out []*cu
	for _, u := range im.units {
		p := info[u.off:u.end]
		if indirect && u.version >= 5 || containsName(p, ident) || containsAny(p, patterns) {
			out = append(out, u)
		}
	}
	return out
}

// shared reports whether units refer to DIEs of other units, so that a unit's
// functions may be named elsewhere: after dwz, and with link-time optimisation.
func (im *image) shared() bool {
	for _, u := range im.units {
		if !u.compile && u.root.Tag == dwarf.TagPartialUnit {
			return true
		}
		if name, _ := u.root.Val(dwarf.AttrName).(string); name == "<artificial>" {
			return true
		}
	}
	return false
}

// patterns is the .debug_str offsets that a name ending in ident can have, as
// units store them. ok is false when there are too many.
func (im *image) patterns(ident string) (out [][]byte, ok bool) {
	str := im.section(".debug_str")
	order := im.main.ByteOrder
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

// indexName finds ident where a name ends with it: before the terminating
// zero or template arguments (Go writes those in brackets).
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
