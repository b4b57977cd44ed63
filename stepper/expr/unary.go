package expr

import (
	"debug/dwarf"
	"errors"
	"math/big"

	"rseqstep/table"
)

func (c *Context) unary(n unaryNode) (Value, error) {
	switch n.op {
	case "&":
		return c.addressOf(n.x)
	case "++", "--":
		x, err := c.operand(n.x)
		if err != nil {
			return x, err
		}
		return c.step(x, n.op)
	}
	x, err := c.operand(n.x)
	if err != nil {
		return x, err
	}
	if t := strip(x.Type); n.op == "!" && t.isInteger() && t.Kind != Bool && c.rust() {
		n.op = "~"
	}
	switch n.op {
	case "*":
		if to, ok, err := c.pointedTo(x, "operator*"); ok {
			return to, err
		}
		return c.deref(x)
	case "!":
		if k := strip(x.Type).Kind; k == Struct || k == Union {
			return x, sentence("Structure has no component named operator!.")
		}
		yes, err := c.truth(x)
		return c.boolean(!yes), err
	}
	if k := strip(x.Type).Kind; k == Struct || k == Union {
		return x, sentence("Structure has no component named operator%s.", n.op)
	}
	if composed(x.Type) {
		return c.negateComposed(n.op, x)
	}
	a, err := c.number(x)
	if err != nil {
		return x, err
	}
	if strip(x.Type).Kind == Pointer {
		return x, errNotArithmetic
	}
	switch {
	case n.op == "~" && a.isFloat():
		return x, sentence("Argument to complement operation not an integer, boolean.")
	case n.op == "~":
		t := c.promotedAlone(a)
		if c.rust() {
			t = untyped(a.t)
		}
		return newValue(t, encodeInt(new(big.Int).Not(a.i), sizeOf(t))), nil
	case n.op == "+":
		t := c.promotedAlone(a)
		b, err := a.encode(t)
		return newValue(t, b), err
	}
	return c.negative(a)
}

// promotedAlone is the type of an operation on one number: its own, unless that is smaller than
// int.
func (c *Context) promotedAlone(a number) *Type {
	if t := strip(a.t); !a.isFloat() && t.Kind != Pointer && c.rust() {
		return c.integerFor(t.Size, t.Unsigned)
	}
	if t := untyped(a.t); a.isFloat() || t.Size >= c.basics().int.Size {
		return t
	}
	return c.basics().int
}

// negative is -a.
func (c *Context) negative(a number) (Value, error) {
	if !a.isFloat() {
		t := c.promotedAlone(a)
		return newValue(t, encodeInt(new(big.Int).Neg(a.i), sizeOf(t))), nil
	}
	w := a.wide
	if w != nil {
		w = new(big.Float).Neg(w)
	}
	return newValue(a.t, encodeFloat(-a.f, w, strip(a.t))), nil
}

func (c *Context) step(x Value, op string) (Value, error) {
	one := newValue(c.basics().int, leave(1, 4))
	next, err := c.operate(op[:1], x, one)
	if err != nil {
		return x, err
	}
	return c.assign(x, next)
}

func (c *Context) postfix(n postfixNode) (Value, error) {
	x, err := c.operand(n.x)
	if err != nil {
		return x, err
	}
	old, err := c.fetch(x)
	if err != nil {
		return x, err
	}
	old.kind = placeNone
	_, err = c.step(x, n.op)
	return old, err
}

// deref follows a pointer.
func (c *Context) deref(v Value) (Value, error) {
	v, err := c.follow(v)
	if err != nil {
		return v, err
	}
	t := strip(v.Type)
	switch {
	case v.kind == placePointer && t.Kind == Pointer:
		return c.implicitTarget(v)
	case t.Kind == Func || t.Kind == NoDebug && t.Elem != nil:
		return v, nil
	case t.Kind == Array:
		if v.kind != placeMemory {
			return v.slice(t.Elem, 0), nil
		}
		return memoryValue(c.complete(t.Elem), v.addr), nil
	case t.Kind == Pointer:
		if strip(t.Elem).Kind == Void {
			return v, sentence("Attempt to dereference a generic pointer.")
		}
		a, err := c.pointerTarget(v)
		return memoryValue(c.complete(t.Elem), a), err
	case t.Kind == Int && !t.rust: // as gdb: the address of a long
		n, err := c.integer(v)
		return memoryValue(c.basics().long, tableAddr(n)), err
	case t.Kind == NoDebug:
		return v, unknownType(v)
	}
	return v, sentence("Attempt to take contents of a non-pointer value.")
}

// implicitTarget is the target of a pointer without a value: the compiler
// removed the pointer but recorded the variable it pointed to.
func (c *Context) implicitTarget(v Value) (Value, error) {
	p := v.parts.pieces[0]
	f := v.in
	if f == nil || f.info == nil {
		return v, errOptimizedOut
	}
	e := f.info.entry(dwarf.Offset(p.DIE))
	if e == nil {
		return v, errOptimizedOut
	}
	target, err := c.variable(f, f.info, e)
	if err != nil {
		return v, err
	}
	elem := c.complete(strip(v.Type).Elem)
	if p.Offset == 0 && sizeOf(elem) == sizeOf(target.Type) {
		target.Type = elem
		return target, nil
	}
	return target.slice(elem, p.Offset), nil
}

func (c *Context) addressOf(n node) (Value, error) {
	v, err := c.eval(n)
	if err != nil {
		return v, err
	}
	if _, ok := n.(sliceNode); ok {
		return c.sliceOf(v), nil
	}
	switch {
	case v.kind == placeType:
		return v, sentence("Attempt to use a type name as an expression")
	case strip(v.Type).Kind == Reference: // &r is the address of what r refers to
		if v, err = c.follow(v); err != nil {
			return v, err
		}
	case v.lost:
		return v, errors.New("value has been optimized out")
	}
	switch v.kind {
	case placeMemory:
		if v.bitSize > 0 && v.bitOff >= 8 {
			v.addr += table.Addr(v.bitOff / 8)
		}
		return pointerValue(PointerTo(v.Type), v.addr), nil
	case placeRegister:
		if name, ok := n.(nameNode); ok {
			return v, sentence("Address requested for identifier \"%s\" which is in register $%s", name.name, v.reg)
		}
		return v, sentence("Attempt to take address of value not located in memory.")
	}
	return v, sentence("Attempt to take address of value not located in memory.")
}
