package expr

import "debug/dwarf"

// typeBySignature finds a type unit's type (DW_FORM_ref_sig8).
func (i *Info) typeBySignature(sig uint64) *Type {
	if off, ok := i.mod.TypeUnit(sig); ok {
		return i.Type(off)
	}
	return &Type{Kind: Struct, Name: "<type in a type unit that is missing>", Incomplete: true, info: i}
}

// signed makes t the type that e's DW_AT_signature names: e is then the only
// DIE in its unit for a type that a type unit describes.
func (i *Info) signed(t *Type, e *dwarf.Entry) bool {
	sig, ok := e.Val(dwarf.AttrSignature).(uint64)
	if !ok {
		return false
	}
	off, ok := i.mod.TypeUnit(sig)
	if ok = ok && off != e.Offset; ok {
		*t = *i.Type(off)
	}
	return ok
}

// unitHead is the offset of the header of the unit a DIE is in.
func (i *Info) unitHead(off dwarf.Offset) dwarf.Offset {
	if u, ok := i.mod.UnitOf(off); ok {
		return u.Head
	}
	return 0
}

// enumOf is the enum whose enumerator is at off. DIEs do not name their
// parents: the enum is the last one before it in its unit.
func (i *Info) enumOf(off dwarf.Offset) *Type {
	if i.enums == nil {
		i.enums = map[dwarf.Offset]*Type{}
	}
	if t, ok := i.enums[off]; ok {
		return t
	}
	u, ok := i.mod.UnitOf(off)
	if !ok || !i.has {
		return nil
	}
	r := i.mod.Reader(u.First)
	var enum *dwarf.Entry
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Offset >= u.End || e.Offset > off {
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
