package symbols

import (
	"debug/dwarf"
	"encoding/binary"

	"rseqstep/stepper/macro"
)

// DW_AT_macros and its forerunner in GCC's DWARF 4 (include/dwarf2.def).
const (
	attrMacros    dwarf.Attr = 0x79
	attrGNUMacros dwarf.Attr = 0x2119
)

// Macros is what a unit's preprocessor did; nil if its debug information does not say (-g3 makes
// compilers write it).
func (m *Module) Macros(u *Unit) *macro.Table {
	c := m.img.unitOf(u.First)
	if c == nil {
		return nil
	}
	s := macro.Sections{Strings: u.Section(".debug_str"), StringAt: u.stringOffset}
	at, ok := u.Entry.Val(attrMacros).(int64)
	if !ok {
		at, ok = u.Entry.Val(attrGNUMacros).(int64)
	}
	s.Data = u.Section(".debug_macro")
	if !ok {
		at, ok = u.Entry.Val(dwarf.AttrMacroInfo).(int64)
		s.Plain, s.Data = true, u.Section(".debug_macinfo")
	}
	if !ok || len(s.Data) == 0 {
		return nil
	}
	names := c.fileNames()
	s.FileName = func(n int) string {
		if n < 0 || n >= len(names) {
			return ""
		}
		return names[n]
	}
	// Ignore the error: macros before the damage are kept.
	t, _ := macro.Read(s, at)
	return t
}

// stringOffset is the offset of the unit's string n in .debug_str; -1 if there is none.
func (u *Unit) stringOffset(n uint64) int64 {
	width := uint64(4)
	if u.Dwarf64 {
		width = 8
	}
	list := u.Section(".debug_str_offsets")
	at := uint64(u.StrOffsetsBase) + n*width
	if n > uint64(len(list)) || at+width > uint64(len(list)) {
		return -1
	}
	if u.Dwarf64 {
		return int64(binary.LittleEndian.Uint64(list[at:]))
	}
	return int64(binary.LittleEndian.Uint32(list[at:]))
}
