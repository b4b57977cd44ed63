package expr

import (
	"strings"

	"rseqstep/table"
)

// related is the address of an object of class to, where an object of class from is at an
// address: a base class of it, or a class derived from it. It is the same address for types that
// are not related.
func (c *Context) related(at table.Addr, from, to *Type) (table.Addr, error) {
	f, t := strip(c.complete(from)), strip(c.complete(to))
	if f.Kind != Struct || t.Kind != Struct || sameClass(f, t) {
		return at, nil
	}
	in, ok, err := c.baseOf(memoryValue(f, at), t, 0)
	if ok || err != nil {
		return in.addr, err
	}
	up, ok, err := c.derived(at, f, t)
	if ok || err != nil {
		return up, err
	}
	return at, nil
}

func sameClass(t, u *Type) bool {
	return t == u || t.Name == u.Name && t.Name != "" && t.Kind == u.Kind && t.scope() == u.scope()
}

// baseOf is the part of v that is an object of its base class base. Virtual base classes are
// found through the object's table. ok is false if base is no base class.
func (c *Context) baseOf(v Value, base *Type, depth int) (part Value, ok bool, err error) {
	t := strip(c.complete(v.Type))
	if t.Kind != Struct || base.Kind != Struct || depth > 20 {
		return Value{}, false, nil
	}
	for _, f := range t.Fields() {
		if !f.Base || !c.derivesFrom(f.Type, base, 0) {
			continue
		}
		in, err := c.field(v, f)
		if err != nil || sameClass(strip(in.Type), base) {
			return in, err == nil, err
		}
		return c.baseOf(in, base, depth+1)
	}
	return Value{}, false, nil
}

// derivesFrom reports whether t is base, or a class derived from it.
func (c *Context) derivesFrom(t, base *Type, depth int) bool {
	t = strip(c.complete(t))
	if t.Kind != Struct || depth > 20 {
		return false
	}
	if sameClass(t, base) {
		return true
	}
	for _, f := range t.Fields() {
		if f.Base && c.derivesFrom(f.Type, base, depth+1) {
			return true
		}
	}
	return false
}

// derived is the address of the object of class to whose base class from is at an address. ok is
// false if from is no base class of to. A virtual base class is at no fixed place: its own table
// of virtual functions says of what object it is a part.
func (c *Context) derived(at table.Addr, from, to *Type) (a table.Addr, ok bool, err error) {
	if !c.derivesFrom(to, from, 0) || sameClass(from, to) {
		return 0, false, nil
	}
	if off, ok := c.fixedOffset(to, from, 0); ok {
		return at - table.Addr(off), true, nil
	}
	whole, class, err := c.wholeObject(at, from)
	switch {
	case err != nil:
		return 0, true, err
	case sameClass(class, to):
		return whole, true, nil
	}
	part, ok, err := c.baseOf(memoryValue(class, whole), to, 0)
	if err == nil && !ok {
		err = sentence("The object at %v is no %s.", at, to)
	}
	return part.addr, true, err
}

// fixedOffset is the offset of a base class in a derived one, if no virtual base class lies
// between the two.
func (c *Context) fixedOffset(derived, base *Type, depth int) (int64, bool) {
	if depth > 20 {
		return 0, false
	}
	for _, f := range derived.Fields() {
		if !f.Base || f.locate != nil || f.Virtual {
			continue
		}
		t := strip(c.complete(f.Type))
		if sameClass(t, base) {
			return f.Offset, true
		}
		if off, ok := c.fixedOffset(t, base, depth+1); ok {
			return f.Offset + off, true
		}
	}
	return 0, false
}

// dynamic reports whether objects of a class begin with the address of a table of virtual
// functions (Itanium C++ ABI, 2.4 "Non-POD Class Types").
func (c *Context) dynamic(t *Type, depth int) bool {
	t = strip(c.complete(t))
	if t.Kind != Struct || depth > 20 {
		return false
	}
	for _, f := range t.Fields() { // reads the methods too
		if f.Virtual || f.Artificial && strings.HasPrefix(f.Name, "_vptr") || f.Base && c.dynamic(f.Type, depth+1) {
			return true
		}
	}
	return false
}

// wholeObject is the object that an object of a class is a part of, and its class. Before a
// table of virtual functions is the offset to the whole object's start, and the table has a
// symbol with the name of its class (Itanium C++ ABI, 2.5.2 and 5.1.4.1).
func (c *Context) wholeObject(at table.Addr, class *Type) (table.Addr, *Type, error) {
	unknown := sentence("The class of the object at %v is not known.", at)
	if !c.dynamic(class, 0) || c.Source == nil {
		return at, class, unknown
	}
	vptr, err := c.word(at)
	if err != nil {
		return at, class, err
	}
	name, _, ok := c.Source.Symbol(table.Addr(vptr))
	name, vtable := strings.CutPrefix(name, "vtable for ")
	if !ok || !vtable {
		return at, class, unknown
	}
	t, ok := c.namedType(name)
	if !ok || strip(t).Kind != Struct {
		return at, class, unknown
	}
	t = c.complete(t)
	top, err := c.word(table.Addr(vptr - 16))
	whole := at + table.Addr(top)
	if err == nil && !c.derivesFrom(t, class, 0) {
		err = unknown
	}
	return whole, t, err
}

// object is a value as the option Object shows it: an object, or a pointer to one, by the
// object's own class.
func (c *Context) object(v Value) Value {
	if !c.Session.Options.Object || v.Type == nil {
		return v
	}
	t := strip(v.Type)
	switch {
	case t.Kind == Struct && v.kind == placeMemory:
		if at, class, err := c.wholeObject(v.addr, t); err == nil {
			return memoryValue(class, at)
		}
	case t.Kind == Pointer && c.dynamic(t.Elem, 0):
		a, err := c.pointerTarget(v)
		if err != nil {
			return v
		}
		if at, class, err := c.wholeObject(a, strip(c.complete(t.Elem))); err == nil {
			return pointerValue(PointerTo(class), at)
		}
	}
	return v
}
