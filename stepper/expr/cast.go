package expr

import (
	"rseqstep/table"
)

func (c *Context) evalCast(n castNode) (Value, error) {
	t, err := c.resolve(n.to)
	if err != nil {
		return Value{}, err
	}
	var v Value
	if call, ok := n.x.(callNode); ok {
		if v, err = c.evalCall(call, t); err == nil {
			v, err = c.follow(v)
		}
	} else {
		v, err = c.operand(n.x)
	}
	if err != nil {
		return v, err
	}
	switch n.word {
	case "reinterpret_cast":
		return c.reinterpret(v, t)
	case "dynamic_cast":
		return c.dynamicCast(v, t)
	}
	return c.cast(v, t)
}

// reinterpret is cast without the adjustment of pointers to classes.
func (c *Context) reinterpret(v Value, to *Type) (Value, error) {
	t := strip(c.complete(to))
	if t.Kind != Pointer && !t.isInteger() {
		return v, sentence("Invalid reinterpret_cast")
	}
	v, err := c.rvalue(v)
	if err != nil {
		return v, err
	}
	n, err := c.number(v)
	if err != nil || n.isFloat() {
		return v, sentence("Invalid reinterpret_cast")
	}
	b, err := n.encode(to)
	return newValue(to, b), err
}

// dynamicCast is C++'s dynamic_cast to a pointer: a null pointer if the object is none of that
// class.
func (c *Context) dynamicCast(v Value, to *Type) (Value, error) {
	t, from := strip(c.complete(to)), strip(v.Type)
	if t.Kind != Pointer || from.Kind != Pointer || !c.dynamic(from.Elem, 0) {
		return v, sentence("Argument to dynamic_cast must be a pointer to a class with virtual functions, and its type a pointer")
	}
	at, err := c.pointerTarget(v)
	if err != nil || at == 0 {
		return pointerValue(to, 0), err
	}
	whole, class, err := c.wholeObject(at, strip(c.complete(from.Elem)))
	if err != nil {
		return v, err
	}
	want := strip(c.complete(t.Elem))
	if want.Kind == Void || sameClass(class, want) {
		return pointerValue(to, whole), nil
	}
	part, ok, err := c.baseOf(memoryValue(class, whole), want, 0)
	if err != nil || !ok {
		return pointerValue(to, 0), err
	}
	return pointerValue(to, part.addr), nil
}

// cast converts as C does. A cast between a class and its base class adjusts the pointer.
func (c *Context) cast(v Value, to *Type) (Value, error) {
	t := strip(c.complete(to))
	from := strip(v.Type)
	if from.Kind == NoDebug {
		if from.Elem == nil || t.Kind == Func {
			return memoryValue(to, v.addr), nil // the user has given its declared type
		}
		from = &Type{Kind: Func}
	}
	switch t.Kind {
	case Void:
		return Value{Type: to, have: true}, nil
	case Struct, Union:
		if from == t || from.Kind == t.Kind && from.Name == t.Name && from.Name != "" {
			v.Type = to
			return v, nil
		}
		if in, ok, err := c.baseOf(v, t, 0); ok || err != nil {
			in.Type = to
			return in, err
		}
		if v.kind == placeMemory {
			if at, ok, err := c.derived(v.addr, from, t); ok || err != nil {
				return memoryValue(to, at), err
			}
		}
		return v, sentence("Invalid cast.")
	case Array:
		if v.kind == placeMemory {
			return memoryValue(to, v.addr), nil
		}
		v, err := c.fetch(v)
		if err != nil || int64(len(v.data)) != t.Size {
			return v, sentence("Invalid cast.")
		}
		return newValue(to, v.data), nil
	case Reference:
		if v.kind != placeMemory {
			return v, sentence("Attempt to take address of value not located in memory.")
		}
		return pointerValue(to, v.addr), nil
	case Func:
		return v, sentence("Invalid cast.")
	case Complex:
		return c.castComplex(v, to)
	}
	if from.Kind == Complex { // C drops the imaginary part
		re, err := c.half(v, 0)
		if err != nil {
			return v, err
		}
		return c.cast(re, to)
	}
	if from.Kind == Func {
		v = pointerValue(PointerTo(c.basics().void), v.addr)
	}
	v, err := c.rvalue(v)
	if err != nil {
		return v, err
	}
	n, err := c.number(v)
	if err != nil {
		return v, sentence("Invalid cast.")
	}
	if t.Kind == Pointer && strip(v.Type).Kind == Pointer && n.i.Sign() != 0 {
		at, err := c.related(table.Addr(n.i.Uint64()), strip(v.Type).Elem, t.Elem)
		return pointerValue(to, at), err
	}
	b, err := n.encode(to)
	if err != nil {
		return v, sentence("Invalid cast.")
	}
	return newValue(to, b), nil
}
