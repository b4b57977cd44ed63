package expr

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

func (c *Context) evalMember(n memberNode) (Value, error) {
	if !n.arrow { // Go's package variables: main.counter
		if name, ok := n.x.(nameNode); ok && len(name.scopes) == 0 {
			if v, ok := c.packageVariable(name.name, n.name); ok {
				return v, nil
			}
		}
	}
	x, err := c.memberObject(n)
	if err != nil {
		return x, err
	}
	return c.member(x, n.name)
}

// memberObject is the structure whose member is accessed.
func (c *Context) memberObject(n memberNode) (Value, error) {
	x, err := c.operand(n.x)
	if err != nil {
		return x, err
	}
	t := strip(x.Type)
	if t.Kind == Pointer { // "." on a pointer works as in gdb
		if k := strip(c.complete(t.Elem)).Kind; k != Struct && k != Union {
			return x, extractError(n.arrow)
		}
		if x, err = c.deref(x); err != nil {
			return x, err
		}
	}
	if k := strip(x.Type).Kind; k != Struct && k != Union {
		return x, extractError(n.arrow)
	}
	if n.arrow && t.Kind != Pointer {
		if to, ok, err := c.pointedTo(x, "operator->"); ok {
			if err == nil && strip(to.Type).Kind != Struct && strip(to.Type).Kind != Union {
				err = extractError(true)
			}
			return to, err
		}
	}
	return x, nil
}

func extractError(arrow bool) error {
	if arrow {
		return sentence("Attempt to extract a component of a value that is not a structure pointer.")
	}
	return sentence("Attempt to extract a component of a value that is not a structure.")
}

// packageVariable is a variable or function of a Go package.
func (c *Context) packageVariable(pkg, name string) (Value, bool) {
	f, err := c.frame()
	if err != nil {
		return Value{}, false
	}
	die, ok := f.unitDIE()
	if !ok || f.info.language(die) != langGo {
		return Value{}, false
	}
	if _, local, _ := c.local(f, pkg); local {
		return Value{}, false
	}
	if v, ok := c.global(pkg+"."+name, f.info, false); ok {
		return v, true
	}
	return c.function(pkg + "." + name)
}

// member finds a member by name, including those of anonymous members and base
// classes.
func (c *Context) member(v Value, name string) (Value, error) {
	v.Type = c.complete(v.Type)
	if strip(v.Type).rust {
		return c.rustMember(v, name)
	}
	if base, rest, ok := strings.Cut(name, "::"); ok {
		in, err := c.member(v, base)
		if err != nil {
			return in, err
		}
		return c.member(in, rest)
	}
	m, ok, err := c.findMember(v, name, 0)
	if err != nil {
		return m, err
	}
	if !ok {
		return v, sentence("There is no member named %s.", name)
	}
	return m, nil
}

func (c *Context) findMember(v Value, name string, depth int) (Value, bool, error) {
	t := strip(v.Type)
	if depth > 20 || t.Kind != Struct && t.Kind != Union {
		return Value{}, false, nil
	}
	fields := t.Fields()
	for _, f := range fields {
		if f.Name == name || f.Base && f.Type.Name == name {
			m, err := c.field(v, f)
			return m, true, err
		}
	}
	for _, f := range fields {
		if f.Name != "" && !f.Base {
			continue
		}
		in, err := c.field(v, f)
		if err != nil {
			return in, false, err
		}
		if m, ok, err := c.findMember(in, name, depth+1); ok || err != nil {
			return m, ok, err
		}
	}
	return Value{}, false, nil
}

// field is the member f of v.
func (c *Context) field(v Value, f Field) (Value, error) {
	if f.Static {
		return c.static(strip(v.Type), f)
	}
	t := c.complete(f.Type)
	off := f.Offset
	if f.locate != nil {
		if v.kind != placeMemory {
			return v, sentence("A virtual base class of a value that is not in memory.")
		}
		info := strip(v.Type).info
		m := &evaluation{ctx: c, info: info, object: &v.addr}
		if fr, err := c.frame(); err == nil {
			m.frame = fr
		}
		at, err := m.run(f.locate, uint64(v.addr))
		if err != nil {
			return v, err
		}
		return memoryValue(t, at.Addr), nil
	}
	if f.BitSize == 0 {
		return v.slice(t, off), nil
	}
	w := v.at(off)
	w.bitOff, w.bitSize, w.Type = f.BitOffset, f.BitSize, t
	if v.have {
		end := min(off+int64(f.BitOffset+f.BitSize+7)/8, int64(len(v.data)))
		if off < 0 || off > end {
			return w, errOptimizedOut
		}
		w.data, w.have = widenBits(v.data[off:end], f.BitOffset, f.BitSize, t), true
	}
	return w, nil
}

// static is a static member's value.
func (c *Context) static(in *Type, f Field) (Value, error) {
	if f.hasConst {
		return newValue(f.Type, f.constant), nil
	}
	if in.info != nil {
		if v, ok := c.global(in.scope()+in.Name+"::"+f.Name, in.info, true); ok {
			return v, nil
		}
	}
	if f.linkage != "" && c.Source != nil {
		if a, ok := c.Source.Address(f.linkage); ok {
			return memoryValue(f.Type, a), nil
		}
	}
	return Value{Type: f.Type, lost: true}, nil
}

func (c *Context) evalIndex(n indexNode) (Value, error) {
	x, err := c.operand(n.x)
	if err != nil {
		return x, err
	}
	i, err := c.operand(n.index)
	if err != nil {
		return i, err
	}
	t := strip(x.Type)
	if (t.Kind == Int || t.Kind == Char) && !i.Type.isInteger() {
		return x, fmt.Errorf("cannot subscript something of type `%s'", x.Type)
	}
	if v, ok, err := c.subscript(x, i); ok {
		return v, err
	}
	k, err := c.integer(i)
	if err != nil {
		return i, err
	}
	elem, data, length, ok := c.goSlice(x)
	if !ok {
		elem, data, length, ok = c.rustSlice(x)
	}
	if ok {
		if k < 0 || k >= length {
			return x, fmt.Errorf("index %d is outside of a slice of %d", k, length)
		}
		return memoryValue(elem, data+table.Addr(k*sizeOf(elem))), nil
	}
	switch t.Kind {
	case Array:
		size := max(sizeOf(t.Elem), 0)
		switch {
		case t.rust && k < 0:
			return x, sentence("Index less than zero")
		case t.rust && t.Count >= 0 && k >= t.Count:
			return x, sentence("Index greater than length")
		}
		if x.kind == placeMemory {
			return memoryValue(c.complete(t.Elem), x.addr+table.Addr(k*size)), nil
		}
		if t.Count >= 0 && (k < 0 || k >= t.Count) {
			return x, fmt.Errorf("no such vector element")
		}
		return x.slice(t.Elem, k*size), nil
	case Pointer:
		p, err := c.movePointer(x, newValue(c.basics().long, leave(uint64(k), 8)), false)
		if err != nil {
			return p, err
		}
		return c.deref(p)
	case NoDebug:
		return x, unknownType(x)
	}
	return x, fmt.Errorf("cannot subscript something of type `%s'", x.Type)
}
