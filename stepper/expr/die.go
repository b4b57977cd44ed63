package expr

import "debug/dwarf"

// Tags and attributes that debug/dwarf does not name (DWARF 5, tables 7.3 and
// 7.5; GCC's include/dwarf2.def for the GNU ones).
const (
	tagAtomic           dwarf.Tag  = 0x47
	tagGNUTemplatePack  dwarf.Tag  = 0x4107
	tagGNUCallSite      dwarf.Tag  = 0x4109
	tagGNUCallSiteParam dwarf.Tag  = 0x410a
	attrGNUVector       dwarf.Attr = 0x2107
	attrGNUCallValue    dwarf.Attr = 0x2111
	attrGNUCallTarget   dwarf.Attr = 0x2113
	attrGNUAllTailCalls dwarf.Attr = 0x2116
)

// entry reads the DIE at off; nil if there is none or it is unreadable. The
// recover is for debug/dwarf, which panics on some hostile input.
func (i *Info) entry(off dwarf.Offset) (e *dwarf.Entry) {
	defer func() {
		if recover() != nil {
			e = nil
		}
	}()
	if !i.has {
		return nil
	}
	e, err := i.mod.Reader(off).Next()
	if err != nil || e == nil || e.Tag == 0 {
		return nil
	}
	return e
}

// children calls f on each child of the DIE at off until f returns false.
func (i *Info) children(off dwarf.Offset, f func(*dwarf.Entry) bool) {
	defer func() { _ = recover() }()
	r := i.mod.Reader(off)
	e, err := r.Next()
	if err != nil || e == nil || !e.Children {
		return
	}
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Tag == 0 {
			return
		}
		if !f(e) {
			return
		}
		r.SkipChildren()
	}
}

// integer is a constant attribute, or other if it is not a constant.
func integer(v any, other int64) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case uint64:
		return int64(v)
	}
	return other
}

// attr looks up an attribute in e and, if e completes or repeats another DIE,
// in that one (DW_AT_abstract_origin, DW_AT_specification).
func (i *Info) attr(e *dwarf.Entry, a dwarf.Attr) any {
	for depth := 0; e != nil && depth < 8; depth++ {
		if v := e.Val(a); v != nil {
			return v
		}
		off, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			if off, ok = e.Val(dwarf.AttrSpecification).(dwarf.Offset); !ok {
				return nil
			}
		}
		e = i.entry(off)
	}
	return nil
}

func (i *Info) name(e *dwarf.Entry) string {
	s, _ := i.attr(e, dwarf.AttrName).(string)
	return s
}

func (i *Info) linkageName(e *dwarf.Entry) string {
	s, _ := i.attr(e, dwarf.AttrLinkageName).(string)
	return s
}

// typeOf is the type of a DIE; void if it has none.
func (i *Info) typeOf(e *dwarf.Entry) *Type {
	switch v := i.attr(e, dwarf.AttrType).(type) {
	case dwarf.Offset:
		return i.Type(v)
	case uint64:
		return i.typeBySignature(v)
	}
	return &Type{Kind: Void, Name: "void", Size: 1, info: i, rust: i.language(e.Offset) == langRust}
}

func flag(v any) bool { b, _ := v.(bool); return b }
