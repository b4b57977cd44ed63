package expr

import (
	"debug/dwarf"
	"strings"
)

// Type reads the type at a DIE offset. An unreadable type has the kind
// Unsupported; the result is never nil. A type that refers to itself other than
// through a struct, which C cannot express, is truncated, so that code that
// walks a type cannot loop.
func (i *Info) Type(off dwarf.Offset) *Type {
	if t, ok := i.types[off]; ok {
		return t
	}
	i.types[off] = &Type{info: i, Kind: Unsupported, Name: "<circular type>"}
	t := &Type{info: i, Kind: Unsupported, Name: "<unreadable type>", rust: i.language(off) == langRust}
	i.depth++
	if i.depth > maxTypeDepth {
		t.Name = "<type nested too deeply>"
	} else if e := i.entry(off); e != nil {
		i.fillType(t, e)
	}
	i.depth--
	i.types[off] = t
	return t
}

// maxTypeDepth bounds a chain of types, each made of the next; C++ libraries
// make chains of about twenty.
const maxTypeDepth = 400

func (i *Info) fillType(t *Type, e *dwarf.Entry) {
	t.Name, _ = e.Val(dwarf.AttrName).(string)
	t.Size, t.die = integer(e.Val(dwarf.AttrByteSize), 0), e.Offset
	switch e.Tag {
	case dwarf.TagBaseType:
		i.fillBase(t, integer(e.Val(dwarf.AttrEncoding), 0))
	case dwarf.TagPointerType:
		t.Kind, t.Unsigned, t.Elem = Pointer, true, i.typeOf(e)
	case dwarf.TagReferenceType, dwarf.TagRvalueReferenceType:
		t.Kind, t.Unsigned, t.Elem, t.RValue = Reference, true, i.typeOf(e), e.Tag == dwarf.TagRvalueReferenceType
	case dwarf.TagPtrToMemberType:
		t.Kind, t.Elem = MemberPtr, i.typeOf(e)
		switch in := e.Val(dwarf.AttrContainingType).(type) {
		case dwarf.Offset:
			t.class = i.Type(in)
		case uint64:
			t.class = i.typeBySignature(in)
		default:
			t.class = &Type{Kind: Unsupported, Name: "?", info: i}
		}
		if t.Name = t.class.baseName(); t.Size == 0 && strip(t.Elem).Kind == Func {
			t.Size = 16 // Itanium C++ ABI, 2.3
		}
	case dwarf.TagConstType, dwarf.TagVolatileType, dwarf.TagRestrictType, tagAtomic:
		i.fillQualified(t, e)
	case dwarf.TagTypedef, dwarf.TagTemplateAlias:
		t.Kind, t.Elem = Typedef, i.typeOf(e)
	case dwarf.TagStructType, dwarf.TagClassType, dwarf.TagInterfaceType, dwarf.TagUnionType:
		i.fillStruct(t, e)
	case dwarf.TagEnumerationType:
		i.fillEnum(t, e)
	case dwarf.TagArrayType:
		i.fillArray(t, e)
	case dwarf.TagSubroutineType, dwarf.TagSubprogram:
		i.fillFunc(t, e)
	case dwarf.TagSubrangeType:
		*t = *i.typeOf(e)
	case dwarf.TagUnspecifiedType:
		t.Kind, t.Size = Void, 1
		if t.Name == "" { // of a function in assembler
			t.Name = "void"
		}
		if t.Name == "decltype(nullptr)" {
			t.Kind, t.Size, t.Unsigned = Int, 8, true
		}
	default:
		t.Name = "<" + e.Tag.String() + ">"
	}
	switch t.Kind {
	case Pointer, Reference, MemberPtr:
		if t.Size == 0 {
			t.Size = 8
		}
	case Typedef, Qualified:
		t.Size = t.Elem.Size
	}
}

// fillBase classifies a base type by its DW_ATE_ encoding (DWARF 5, table
// 7.11).
func (i *Info) fillBase(t *Type, encoding int64) {
	switch encoding {
	case 0x02: // boolean
		t.Kind, t.Unsigned = Bool, true
	case 0x03: // complex_float
		t.Kind = Complex
	case 0x04: // float
		t.Kind = Float
	case 0x05: // signed
		t.Kind = Int
	case 0x06: // signed_char
		t.Kind = Char
	case 0x07, 0x01: // unsigned, address
		t.Kind, t.Unsigned = Int, true
	case 0x08: // unsigned_char
		t.Kind, t.Unsigned = Char, true
	case 0x10: // UTF
		t.Kind, t.Unsigned = Char, true
	default:
		t.Kind = Unsupported
	}
	// Where x87's format is long double, compilers name the other one _Float128 or __float128.
	if wide := t.Kind == Float && t.Size == 16 || t.Kind == Complex && t.Size == 32; wide {
		a := i.mod.Arch()
		t.binary128 = a != nil && a.LongDouble128 || strings.Contains(t.Name, "128")
	}
	if name, ok := arithmetic(words(t.Name)); ok && t.Size <= 8 { // gdb leaves "__int128 unsigned" as it is
		t.Name = name
	}
	if t.Kind == Int && t.Name == "wchar_t" {
		t.Kind = Char
	}
}

func (i *Info) fillQualified(t *Type, e *dwarf.Entry) {
	t.Kind, t.Elem = Qualified, i.typeOf(e)
	switch e.Tag {
	case dwarf.TagConstType:
		t.Const = true
	case dwarf.TagVolatileType:
		t.Volatile = true
	case dwarf.TagRestrictType:
		t.Restrict = true
	case tagAtomic:
		t.Atomic = true
	}
	if in := t.Elem; in.Kind == Qualified {
		t.Const, t.Volatile = t.Const || in.Const, t.Volatile || in.Volatile
		t.Restrict, t.Atomic = t.Restrict || in.Restrict, t.Atomic || in.Atomic
		t.Elem = in.Elem
	}
	t.Size = t.Elem.Size
}

func (i *Info) fillEnum(t *Type, e *dwarf.Entry) {
	t.Kind, t.Incomplete = Enum, flag(e.Val(dwarf.AttrDeclaration))
	t.bare = i.bareTags(e.Offset)
	if i.signed(t, e) {
		return
	}
	t.Unsigned, t.enumClass = true, flag(e.Val(dwarf.AttrEnumClass))
	if off, ok := e.Val(dwarf.AttrType).(dwarf.Offset); ok {
		t.under = i.Type(off)
		t.Unsigned = strip(t.under).Unsigned
	}
	if t.Size == 0 {
		t.Size = 4
	}
	t.enums = i.enumerators(e.Offset)
	for _, x := range t.enums {
		t.Unsigned = t.Unsigned && x.Value >= 0
	}
}

func (i *Info) enumerators(off dwarf.Offset) (list []Enumerator) {
	i.children(off, func(c *dwarf.Entry) bool {
		if c.Tag == dwarf.TagEnumerator {
			name, _ := c.Val(dwarf.AttrName).(string)
			list = append(list, Enumerator{name, integer(c.Val(dwarf.AttrConstValue), 0)})
		}
		return true
	})
	return list
}

func (i *Info) fillFunc(t *Type, e *dwarf.Entry) {
	t.Kind, t.Size, t.Name = Func, 1, ""
	t.Prototyped = flag(i.attr(e, dwarf.AttrPrototyped))
	if i.attr(e, dwarf.AttrType) != nil {
		t.Elem = i.typeOf(e)
	} else {
		t.Elem = &Type{Kind: Void, Name: "void", Size: 1, info: i}
	}
	i.children(e.Offset, func(c *dwarf.Entry) bool {
		switch c.Tag {
		case dwarf.TagFormalParameter:
			p := i.typeOf(c)
			if len(t.Params) == 0 && p.Kind == Pointer && flag(i.attr(c, dwarf.AttrArtificial)) && i.bareTags(e.Offset) { // "this"
				p = &Type{Kind: Qualified, Const: true, Elem: p, Size: p.Size, info: i}
			}
			t.Params = append(t.Params, p)
		case dwarf.TagUnspecifiedParameters:
			t.Variadic = true
		}
		return true
	})
	t.Prototyped = t.Prototyped || i.bareTags(e.Offset) || i.language(e.Offset) == langAssembler
}
