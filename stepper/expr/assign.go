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
	case x.past:
		return x, sentence("Left operand of assignment is not a modifiable lvalue.")
	case x.kind == placeConvenience && !x.part:
		y, err := c.convenient(y)
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

// convenient is y as a convenience variable keeps it: C's arrays in memory as pointers.
func (c *Context) convenient(y Value) (Value, error) {
	t := strip(y.Type)
	if t.Kind != Array || t.Vector || y.kind != placeMemory {
		return c.fetch(y)
	}
	if t.info != nil {
		switch t.info.language(t.die) {
		case langGo, langRust:
			return c.fetch(y)
		}
	}
	return c.rvalue(y)
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
		if !fits(b, strip(x.Type), x.bitSize) {
			c.warn("Value does not fit in %d bits.", x.bitSize)
		}
		narrowBits(raw, x.bitOff, x.bitSize, decodeInt(b, true))
		b = raw
	}
	switch x.kind {
	case placeConvenience:
		whole := c.Session.vars[x.name]
		whole.data = append([]byte(nil), whole.data...)
		if x.off < 0 || x.off+int64(len(b)) > int64(len(whole.data)) {
			return sentence("no such vector element")
		}
		copy(whole.data[x.off:], b)
		c.Session.vars[x.name] = whole
		return nil
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

// fits reports whether a value of type t fits in a bitfield of size bits. It does if only its
// sign extension is lost, whatever the bitfield's sign: gdb's rule.
func fits(b []byte, t *Type, size int) bool {
	n := decodeInt(b, t.Unsigned && len(b) < 8)
	if n.Sign() < 0 {
		n = n.Not(n)
		size--
	}
	return n.BitLen() <= size
}
