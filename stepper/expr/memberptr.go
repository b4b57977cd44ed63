package expr

import (
	"fmt"

	"rseqstep/table"
)

// memberPointer formats a C++ pointer to a member (Itanium C++ ABI, 2.3 "Member Pointers"): the
// offset of a data member, -1 for none; the address of a function, or 1 plus its offset in the
// table of virtual functions, and what to add to "this".
func (c *Context) memberPointer(v Value, t *Type) string {
	if len(v.data) < 8 {
		return "<" + t.String() + ">"
	}
	n := decodeInt(v.data[:8], false).Int64()
	if strip(t.Elem).Kind != Func {
		if n == -1 {
			return "NULL"
		}
		if class, name, ok := c.memberAt(t.class, n, 0); ok {
			return "&" + class + "::" + name
		}
		return fmt.Sprint(n)
	}
	adjust := ""
	if len(v.data) >= 16 {
		if d := decodeInt(v.data[8:16], false).Int64(); d != 0 {
			adjust = fmt.Sprintf(", this adjustment %d", d)
		}
	}
	switch {
	case n == 0:
		return "NULL"
	case n&1 == 1:
		if name, ok := c.virtualAt(t.class, uint64(n-1)/8); ok {
			return "&virtual " + name + adjust
		}
		return fmt.Sprintf("&virtual table offset %d%s", n-1, adjust)
	}
	return fmt.Sprintf("(%s) %s%s", t, c.AddressText(table.Addr(uint64(n))), adjust)
}

// memberAt is the data member at an offset of a class, and the class that declares it.
func (c *Context) memberAt(class *Type, off int64, depth int) (in, name string, ok bool) {
	t := strip(c.complete(class))
	if depth > 20 {
		return "", "", false
	}
	for _, f := range t.Fields() {
		switch {
		case f.Static || f.locate != nil || f.BitSize > 0:
		case !f.Base && f.Offset == off && f.Name != "" && !f.Artificial:
			return t.baseName(), f.Name, true
		case f.Base && off >= f.Offset && off < f.Offset+sizeOf(c.complete(f.Type)):
			if in, name, ok = c.memberAt(f.Type, off-f.Offset, depth+1); ok {
				return in, name, true
			}
		}
	}
	return "", "", false
}

// virtualAt is the function in a place of a class's table.
func (c *Context) virtualAt(class *Type, slot uint64) (string, bool) {
	t := strip(c.complete(class))
	_ = t.Fields() // reads the methods too
	for _, m := range t.methods {
		if e := t.info.entry(m.die); e != nil {
			if n, ok := vtableSlot(e); ok && n == slot {
				return fmt.Sprintf("%s::%s(%s)", t.baseName(), m.name, m.typ.parametersWith(func(p *Type) string { return p.String() })), true
			}
		}
	}
	return "", false
}

// throughMember is x.*p.
func (c *Context) throughMember(x, p Value) (Value, error) {
	t := strip(p.Type)
	if t.Kind != MemberPtr {
		return p, sentence("non-pointer-to-member value used in pointer-to-member construct")
	}
	if strip(t.Elem).Kind == Func {
		return p, sentence("A pointer to a member function cannot be used here; call the function by its name.")
	}
	p, err := c.fetch(p)
	if err != nil {
		return p, err
	}
	off := decodeInt(p.data, false).Int64()
	if off == -1 {
		return p, sentence("The pointer to a member is null.")
	}
	if strip(x.Type).Kind == Pointer {
		if x, err = c.deref(x); err != nil {
			return x, err
		}
	}
	if x, err = c.cast(x, t.class); err != nil {
		return x, err
	}
	return x.slice(c.complete(t.Elem), off), nil
}

// memberCallee is the function of (x.*p)(…).
func (c *Context) memberCallee(n binaryNode) (callee, error) {
	x, err := c.operand(n.x)
	if err != nil {
		return callee{}, err
	}
	p, err := c.operand(n.y)
	if err != nil {
		return callee{}, err
	}
	t := strip(p.Type)
	if t.Kind != MemberPtr || strip(t.Elem).Kind != Func {
		f, err := c.throughMember(x, p)
		if err != nil {
			return callee{}, err
		}
		return c.calleeOf(f)
	}
	if p, err = c.fetch(p); err != nil {
		return callee{}, err
	}
	if strip(x.Type).Kind == Pointer {
		if x, err = c.deref(x); err != nil {
			return callee{}, err
		}
	}
	if x, err = c.cast(x, t.class); err != nil {
		return callee{}, err
	}
	if x.kind != placeMemory || len(p.data) < 16 {
		return callee{}, sentence("Attempt to take address of value not located in memory.")
	}
	word, adjust := decodeInt(p.data[:8], true).Uint64(), decodeInt(p.data[8:16], true).Uint64()
	object := x.addr + table.Addr(adjust)
	this := pointerValue(PointerTo(x.Type), object)
	f := callee{at: table.Addr(word), typ: strip(t.Elem), this: &this}
	switch {
	case word == 0:
		return f, sentence("The pointer to a member is null.")
	case word&1 == 1:
		if f.at, err = c.virtual(object, (word-1)/8); err != nil {
			return f, err
		}
	}
	f.name = c.functionName(f.at)
	return f, nil
}
