package expr

import (
	"debug/dwarf"
	"strings"

	"rseqstep/stepper/dwexpr"
)

func (i *Info) fillStruct(t *Type, e *dwarf.Entry) {
	t.Kind = Struct
	if e.Tag == dwarf.TagUnionType {
		t.Kind = Union
	}
	t.Class = e.Tag == dwarf.TagClassType
	t.Incomplete = flag(e.Val(dwarf.AttrDeclaration))
	t.bare = i.bareTags(e.Offset)
	t.align = integer(e.Val(dwarf.AttrAlignment), 0)
	if i.signed(t, e) {
		return
	}
	off := e.Offset
	t.load = func(t *Type) { i.loadFields(t, off) }
}

func (i *Info) loadFields(t *Type, off dwarf.Offset) {
	i.children(off, func(c *dwarf.Entry) bool {
		switch c.Tag {
		case dwarf.TagMember, dwarf.TagInheritance:
			t.fields = append(t.fields, i.field(c, t))
		case dwarf.TagVariable: // a static member, DWARF 5
			f := i.field(c, t)
			f.Static = true
			t.fields = append(t.fields, f)
		case dwarf.TagVariantPart:
			t.variants = i.variantPart(c, t)
		case tagGNUTemplatePack:
			i.children(c.Offset, func(a *dwarf.Entry) bool {
				if a.Tag == dwarf.TagTemplateTypeParameter {
					t.pack = append(t.pack, i.typeOf(a))
				}
				return true
			})
		case dwarf.TagTemplateTypeParameter:
			t.templates = append(t.templates, Field{Name: i.name(c), Type: i.typeOf(c)})
		case dwarf.TagSubprogram:
			if !flag(c.Val(dwarf.AttrArtificial)) {
				t.methods = append(t.methods, i.method(c, t))
			}
		}
		return true
	})
}

// field reads a member. A bitfield's position is stored in bits from the lowest bit of
// its first byte: DW_AT_data_bit_offset counts so on a little-endian machine,
// DW_AT_bit_offset (DWARF 3) counts from the highest bit of the storage unit.
func (i *Info) field(c *dwarf.Entry, in *Type) Field {
	f := Field{Type: i.typeOf(c), Base: c.Tag == dwarf.TagInheritance, Artificial: flag(c.Val(dwarf.AttrArtificial)),
		Access: int(integer(c.Val(dwarf.AttrAccessibility), 0)), align: integer(c.Val(dwarf.AttrAlignment), 0)}
	f.Name, f.Virtual = i.name(c), f.Base && integer(c.Val(dwarf.AttrVirtuality), 0) > 0
	f.Static = flag(c.Val(dwarf.AttrExternal)) && !f.Base
	if f.Static {
		f.linkage = i.linkageName(c)
	}
	if v := i.attr(c, dwarf.AttrConstValue); v != nil {
		f.constant, f.hasConst = constBytes(v, strip(f.Type).Size), true
	}
	switch at := c.Val(dwarf.AttrDataMemberLoc).(type) {
	case int64:
		f.Offset = at
	case []byte:
		if n, ok := constantOffset(at); ok {
			f.Offset = n
		} else {
			f.locate = at
		}
	}
	bits := integer(c.Val(dwarf.AttrBitSize), 0)
	if bits <= 0 || bits > 128 {
		return f
	}
	f.BitSize = int(bits)
	if at, ok := c.Val(dwarf.AttrDataBitOffset).(int64); ok {
		f.Offset, f.BitOffset = at/8, int(at%8)
	} else {
		unit := integer(c.Val(dwarf.AttrByteSize), strip(f.Type).Size)
		start := f.Offset*8 + unit*8 - integer(c.Val(dwarf.AttrBitOffset), 0) - bits
		if start >= 0 {
			f.Offset, f.BitOffset = start/8, int(start%8)
		}
	}
	return f
}

// constantOffset reads the only expression that old compilers emit for a
// member: DW_OP_plus_uconst n.
func constantOffset(expr []byte) (int64, bool) {
	n, ok := dwexpr.Added(expr)
	return int64(n), ok
}

// method is a C++ member function.
type method struct {
	access  int // as Field.Access
	name    string
	die     dwarf.Offset
	typ     *Type  // without "this"
	before  string // "virtual ", "static "
	after   string // " const"
	special bool   // a constructor or destructor
}

// text is the method as ptype shows it.
func (m *method) text(show func(*Type) string) string {
	if m.special {
		return m.before + m.name + "(" + m.typ.parametersBy(show) + ")"
	}
	return m.before + declareBy(m.typ, show, m.name) + m.after
}

func (i *Info) method(c *dwarf.Entry, in *Type) method {
	t := &Type{Kind: Func, Elem: i.typeOf(c), Prototyped: true}
	m := method{access: int(integer(c.Val(dwarf.AttrAccessibility), 0)), name: i.name(c), die: c.Offset, typ: t}
	i.children(c.Offset, func(p *dwarf.Entry) bool {
		switch {
		case p.Tag != dwarf.TagFormalParameter:
			t.Variadic = t.Variadic || p.Tag == dwarf.TagUnspecifiedParameters
		case !flag(p.Val(dwarf.AttrArtificial)):
			t.Params = append(t.Params, i.typeOf(p))
		case m.after == "":
			if this := strip(i.typeOf(p)); this.Kind == Pointer && this.Elem.Kind == Qualified {
				m.after = spaced(this.Elem.qualifiers())
			}
		}
		return true
	})
	plain, _, _ := strings.Cut(in.Name, "<")
	destroys := strings.HasPrefix(m.name, "~")
	m.special = c.Val(dwarf.AttrType) == nil && (m.name == plain || destroys)
	switch {
	case integer(c.Val(dwarf.AttrVirtuality), 0) > 0 && !(destroys && i.linkageName(c) != ""):
		m.before = "virtual "
	case !i.hasObject(c) && flag(c.Val(dwarf.AttrExternal)):
		m.before = "static "
	}
	return m
}

// fillArray makes one Array for each dimension, the last subrange innermost.
func (i *Info) fillArray(t *Type, e *dwarf.Entry) {
	type dim struct {
		n    int64
		late *dynamicCount
	}
	var dims []dim
	i.children(e.Offset, func(c *dwarf.Entry) bool {
		if c.Tag == dwarf.TagSubrangeType {
			n, late := i.subrange(c)
			dims = append(dims, dim{n, late})
		} else if c.Tag == dwarf.TagEnumerationType {
			dims = append(dims, dim{int64(len(i.enumerators(c.Offset))), nil})
		}
		return true
	})
	if len(dims) == 0 {
		dims = []dim{{-1, nil}}
	}
	stated, vector := t.Size, flag(e.Val(attrGNUVector))
	elem := i.typeOf(e)
	if s := strip(elem); vector && s.Kind == Char { // the machine's vectors consist of numbers, not of characters
		number := *s
		number.Kind = Int
		elem = &number
	}
	for n := len(dims) - 1; n >= 0; n-- {
		a := t
		if n > 0 {
			a = &Type{info: i}
		}
		size := sizeOf(elem)
		*a = Type{Kind: Array, info: i, rust: elem.rust, Elem: elem, Count: dims[n].n, dynamic: dims[n].late, Vector: vector}
		if a.Count > 0 && size > 0 && a.Count <= (1<<62)/size {
			a.Size = a.Count * size
		}
		elem = a
	}
	if t.Size == 0 && stated > 0 {
		t.Size = stated
	}
}

// sizeOf is a type's size even if its typedefs were made before it was known.
func sizeOf(t *Type) int64 {
	if t.Size == 0 {
		return strip(t).Size
	}
	return t.Size
}

// subrange reads the number of elements of a dimension: -1 if unknown.
func (i *Info) subrange(c *dwarf.Entry) (int64, *dynamicCount) {
	lower := integer(c.Val(dwarf.AttrLowerBound), 0)
	for _, a := range []dwarf.Attr{dwarf.AttrCount, dwarf.AttrUpperBound} {
		v, plus := c.Val(a), int64(0)
		if a == dwarf.AttrUpperBound {
			plus = 1 - lower
		}
		switch v := v.(type) {
		case int64:
			if n := v + plus; n >= 0 {
				return n, nil
			}
			return 0, nil
		case []byte:
			return -1, &dynamicCount{expr: v, plus: plus}
		case dwarf.Offset:
			return -1, &dynamicCount{variable: v, plus: plus}
		}
	}
	return -1, nil
}

// dynamicCount is the length of a variable-length array: the expression to
// evaluate in the frame, and the constant to add.
type dynamicCount struct {
	expr     []byte
	variable dwarf.Offset // a variable with the length, if expr is nil
	plus     int64
}
