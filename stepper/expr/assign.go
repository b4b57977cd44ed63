package expr

import (
	"fmt"
)

func (c *Context) evalAssign(n assignNode) (Value, error) {
	x, err := c.eval(n.x)
	if err != nil {
		return x, err
	}
	if x.kind == placeType {
		return x, sentence("Attempt to use a type name as an expression")
	}
	if x, err = c.follow(x); err != nil {
		return x, err
	}
	y, err := c.operand(n.y)
	if err != nil {
		return y, err
	}
	if n.op != "" {
		if y, err = c.operate(n.op, x, y); err != nil {
			return y, err
		}
	}
	return c.assign(x, y)
}

// assign stores y, converted, at the location of x, and returns the new x.
func (c *Context) assign(x, y Value) (Value, error) {
	switch {
	case c.typesOnly:
		return x, nil
	case x.kind == placeConvenience:
		y, err := c.fetch(y)
		if err != nil {
			return y, err
		}
		kept := newValue(y.Type, append([]byte(nil), y.data...))
		c.Session.vars[x.name] = kept
		kept.kind, kept.name = placeConvenience, x.name
		return kept, nil
	case x.lost || x.kind == placePointer:
		return x, sentence("Cannot assign to a value that has been optimized out.")
	case x.kind == placeNone || strip(x.Type).Kind == Func:
		return x, sentence("Left operand of assignment is not an lvalue.")
	case x.Type.Kind == NoDebug:
		return x, unknownType(x)
	}
	b, err := c.assigned(x, y)
	if err != nil {
		return x, err
	}
	if err := c.store(x, b); err != nil {
		return x, err
	}
	x.data, x.have = nil, false
	if c.current != nil && x.kind == placeRegister {
		c.current = nil
		if f, err := c.frame(); err == nil && x.in.index == f.index {
			x.in = f
		}
	}
	return c.fetch(x)
}

// assigned is y converted to the bytes of x's type.
func (c *Context) assigned(x, y Value) ([]byte, error) {
	t := strip(c.complete(x.Type))
	if t.isAggregate() {
		y, err := c.fetch(y)
		if err != nil {
			return nil, err
		}
		if int64(len(y.data)) > t.Size || !sameShape(t, strip(y.Type)) {
			return nil, sentence("Invalid cast.")
		}
		b := make([]byte, t.Size)
		copy(b, y.data)
		return b, nil
	}
	y, err := c.cast(y, x.Type)
	if err != nil {
		return nil, err
	}
	return y.data, nil
}

// sameShape reports that a value of type u may be copied into one of type t.
func sameShape(t, u *Type) bool {
	if t.Kind != u.Kind {
		return false
	}
	if t.Kind == Array {
		return sizeOf(t.Elem) == sizeOf(u.Elem)
	}
	return t == u || t.Name == u.Name && t.Size == u.Size
}

// store writes bytes to the location of x.
func (c *Context) store(x Value, b []byte) error {
	if x.bitSize > 0 {
		raw, err := c.contents(x, int64(x.bitOff+x.bitSize+7)/8)
		if err != nil {
			return err
		}
		raw = append([]byte(nil), raw...)
		narrowBits(raw, x.bitOff, x.bitSize, decodeInt(b, true))
		b = raw
	}
	switch x.kind {
	case placeMemory:
		return c.write(x.addr, b)
	case placeRegister:
		whole, err := x.in.registerBytes(x.reg)
		if err != nil {
			return err
		}
		if x.off+int64(len(b)) > int64(len(whole)) {
			return fmt.Errorf("a value of %d bytes does not fit into register %s", len(b), x.reg)
		}
		copy(whole[x.off:], b)
		return x.in.setRegister(x.reg, whole)
	case placePieces:
		return c.writePieces(x, b)
	}
	return sentence("Left operand of assignment is not an lvalue.")
}
