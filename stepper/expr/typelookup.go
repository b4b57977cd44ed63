package expr

import (
	"debug/dwarf"
)

// isType reports whether a name names a type in the selected frame and no
// variable hides it. Modules are searched one by one, the frame's first: a name
// found there is not searched in the whole C library.
func (c *Context) isType(name string) bool {
	if f, err := c.frame(); err == nil {
		if _, ok, _ := c.local(f, name); ok {
			return false
		}
	}
	if _, ok := c.own(name); ok {
		return true
	}
	if t := c.localType(name, namesType); t != nil {
		return true
	}
	for n, i := range c.infos() {
		if n == 1 && c.Source != nil {
			if _, ok := c.Source.Address(name); ok {
				return false
			}
		}
		for _, try := range c.spellings(name, i) {
			value, typ := false, false
			for _, e := range i.named(try) {
				typ = typ || namesType(i, e)
				value = value || c.rank(i, e, 0) > 0
			}
			if value || typ {
				return !value
			}
		}
	}
	return false
}

// resolve makes the Type that a type's name means in this Context.
func (c *Context) resolve(e *typeExpr) (*Type, error) {
	t, err := c.base(e)
	if err != nil {
		return nil, err
	}
	if e.constant || e.volatile {
		t = &Type{Kind: Qualified, Elem: t, Size: sizeOf(t), Const: e.constant, Volatile: e.volatile, info: t.info}
	}
	for _, s := range e.steps {
		switch s.kind {
		case '*':
			t = PointerTo(t)
		case '&', 'R':
			t = &Type{Kind: Reference, RValue: s.kind == 'R', Size: 8, Unsigned: true, Elem: t, info: t.info}
		case 'c', 'v':
			t = &Type{Kind: Qualified, Elem: t, Size: sizeOf(t), Const: s.kind == 'c', Volatile: s.kind == 'v', info: t.info}
		case '[':
			n := int64(-1)
			if s.count != nil {
				v, err := c.operand(s.count)
				if err != nil {
					return nil, err
				}
				if n, err = c.integer(v); err != nil {
					return nil, err
				}
				if size := sizeOf(t); n < 0 || size > 0 && n > (1<<62)/size {
					return nil, sentence("Array size is out of range.")
				}
			}
			t = ArrayOf(t, n)
			t.Size = max(t.Size, 0)
		case '(':
			f := &Type{Kind: Func, Size: 1, Elem: t, Variadic: s.variadic, info: t.info}
			for _, p := range s.params {
				pt, err := c.resolve(p)
				if err != nil {
					return nil, err
				}
				if len(s.params) == 1 && strip(pt).Kind == Void {
					f.Prototyped = true
					break
				}
				f.Params = append(f.Params, pt)
			}
			t = f
		}
	}
	return t, nil
}

func (c *Context) base(e *typeExpr) (*Type, error) {
	if e.tag != "" {
		tag := e.tag
		if tag == "class" {
			tag = "struct"
		}
		if t := c.findTag(tag, e.name, true); t != nil {
			return t, nil
		}
		return nil, sentence("No %s type named %s.", tag, e.name)
	}
	if t, ok := c.namedType(e.name); ok {
		return t, nil
	}
	return nil, noSymbol(e.name)
}

// namedType finds a type that needs no keyword: C's own, typedefs, and
// C++'s and Go's tags.
func (c *Context) namedType(name string) (*Type, bool) {
	if t, ok := c.own(name); ok {
		return t, true
	}
	t := c.findType(name, namesType)
	return t, t != nil
}

// namesType reports whether the DIE's name is a type name without a keyword.
func namesType(i *Info, e *dwarf.Entry) bool {
	switch e.Tag {
	case dwarf.TagTypedef, dwarf.TagBaseType:
		return true
	case dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType, dwarf.TagEnumerationType:
		return i.bareTags(e.Offset)
	}
	return false
}

// localType finds a type declared in a block of the frame.
func (c *Context) localType(name string, is func(*Info, *dwarf.Entry) bool) *Type {
	f, err := c.frame()
	if err != nil || f.info == nil {
		return nil
	}
	for _, b := range f.blocks() {
		var found *dwarf.Entry
		f.info.children(b.Entry.Offset, func(e *dwarf.Entry) bool {
			if n, _ := e.Val(dwarf.AttrName).(string); n == name && is(f.info, e) {
				found = e
			}
			return true
		})
		if found != nil {
			return f.info.Type(found.Offset)
		}
	}
	return nil
}

// findTag finds "struct name". Without declarations it is complete or nil.
func (c *Context) findTag(tag, name string, declarations bool) *Type {
	return c.findType(name, func(i *Info, e *dwarf.Entry) bool {
		if !declarations && flag(e.Val(dwarf.AttrDeclaration)) {
			return false
		}
		switch e.Tag {
		case dwarf.TagStructType, dwarf.TagClassType, dwarf.TagInterfaceType:
			return tag == "struct"
		case dwarf.TagUnionType:
			return tag == "union"
		case dwarf.TagEnumerationType:
			return tag == "enum"
		}
		return false
	})
}

// findType finds a type by name: in the frame's blocks, then its unit, then its
// module, then other modules. Complete types are preferred to declarations.
func (c *Context) findType(name string, is func(*Info, *dwarf.Entry) bool) *Type {
	if t := c.localType(name, is); t != nil {
		return t
	}
	var declared *Type
	for _, i := range c.infos() {
		here := c.unitOfFrame(i)
		for _, try := range c.spellings(name, i) {
			var best *dwarf.Entry
			for _, e := range i.named(try) {
				if !is(i, e) {
					continue
				}
				if flag(e.Val(dwarf.AttrDeclaration)) {
					if declared == nil {
						declared = i.Type(e.Offset)
					}
					continue
				}
				u, ok := i.mod.UnitOf(e.Offset)
				if best == nil || ok && u.Entry.Offset == here {
					best = e
				}
			}
			if best != nil {
				return i.Type(best.Offset)
			}
		}
	}
	return declared
}

// complete replaces a struct, union or enum that its module only declares by
// its definition elsewhere, if there is one.
func (c *Context) complete(t *Type) *Type {
	if t == nil {
		return c.basics().void
	}
	s := strip(t)
	if !s.Incomplete || s.Name == "" {
		return t
	}
	key := s.keyword() + " " + s.Name
	full, ok := c.Session.tags[key]
	if !ok {
		tag := s.keyword()
		if tag == "class" {
			tag = "struct"
		}
		full = c.findTag(tag, s.Name, false)
		c.Session.tags[key] = full
	}
	if full == nil || full.Incomplete {
		return t
	}
	return full
}
