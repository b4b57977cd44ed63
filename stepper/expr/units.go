package expr

import (
	"debug/dwarf"
	"encoding/binary"
	"sort"
)

// unitSpan is where one unit of .debug_info lies.
type unitSpan struct {
	head, first, end dwarf.Offset // its header, its first DIE, the end
	signature        uint64       // of a type unit; 0 for others
	typeDIE          dwarf.Offset // a type unit's type
}

// readUnits walks the unit headers of .debug_info (DWARF 5, 7.5.1). It stops
// at the first one that makes no sense.
func (i *Info) readUnits() []unitSpan {
	if i.read {
		return i.units
	}
	i.read = true
	data, le := i.section(".debug_info"), binary.LittleEndian
	for pos := uint64(0); pos+32 <= uint64(len(data)); {
		length, body, width := uint64(le.Uint32(data[pos:])), pos+4, uint64(4)
		if length == 0xffffffff {
			length, body, width = le.Uint64(data[pos+4:]), pos+12, 8
		}
		if length < 7 || length > uint64(len(data))-body {
			break
		}
		u := unitSpan{head: dwarf.Offset(pos), end: dwarf.Offset(body + length)}
		first := body + 2 + width + 1
		if le.Uint16(data[body:]) >= 5 {
			first++
			switch data[body+2] {
			case 2, 6: // DW_UT_type, DW_UT_split_type: signature, type's offset
				if first+8+width <= uint64(len(data)) {
					u.signature = le.Uint64(data[first:])
					u.typeDIE = u.head + dwarf.Offset(le.Uint32(data[first+8:]))
				}
				first += 8 + width
			case 4, 5: // DW_UT_skeleton, DW_UT_split_compile: the id of the .dwo
				first += 8
			}
		}
		u.first = dwarf.Offset(first)
		i.units = append(i.units, u)
		pos = uint64(u.end)
	}
	return i.units
}

// typeBySignature finds a type unit's type (DW_FORM_ref_sig8). Those of
// DWARF 4 lie in .debug_types, which debug/dwarf gives no reader for.
func (i *Info) typeBySignature(sig uint64) *Type {
	for _, u := range i.readUnits() {
		if u.signature == sig && sig != 0 {
			return i.Type(u.typeDIE)
		}
	}
	return &Type{Kind: Struct, Name: "<type in .debug_types>", Incomplete: true, info: i}
}

// unitHead is the offset of the header of the unit a DIE is in.
func (i *Info) unitHead(off dwarf.Offset) dwarf.Offset {
	units := i.readUnits()
	n := sort.Search(len(units), func(n int) bool { return units[n].end > off })
	if n == len(units) {
		return 0
	}
	return units[n].head
}

// enumOf is the enum whose enumerator stands at off. DIEs know no parents:
// the enum is the last one before it in its unit.
func (i *Info) enumOf(off dwarf.Offset) *Type {
	if i.enums == nil {
		i.enums = map[dwarf.Offset]*Type{}
	}
	head := i.unitHead(off)
	if t, ok := i.enums[off]; ok {
		return t
	}
	for _, u := range i.readUnits() {
		if u.head != head || i.data == nil {
			continue
		}
		r := i.data.Reader()
		r.Seek(u.first)
		var enum *dwarf.Entry
		for {
			e, err := r.Next()
			if err != nil || e == nil || e.Offset >= u.end || e.Offset > off {
				return nil
			}
			if e.Tag == dwarf.TagEnumerationType {
				enum = e
			}
			if e.Offset == off && enum != nil {
				t := i.Type(enum.Offset)
				i.enums[off] = t
				return t
			}
		}
	}
	return nil
}
