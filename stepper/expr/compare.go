package expr

import (
	"math"
	"math/big"

	"rseqstep/table"
)

func (c *Context) compare(op string, x, y Value) (Value, error) {
	a, err := c.number(x)
	if err != nil {
		return x, err
	}
	b, err := c.number(y)
	if err != nil {
		return y, err
	}
	sign, ordered := 0, true
	switch t := c.promoted(a, b); {
	case a.isFloat() || b.isFloat():
		p, q := a.wideOrNil(), b.wideOrNil()
		switch {
		case p != nil && q != nil:
			sign = p.Cmp(q)
		case math.IsNaN(a.float()) || math.IsNaN(b.float()):
			ordered = false
		case a.float() < b.float():
			sign = -1
		case a.float() > b.float():
			sign = 1
		}
	default:
		sign = wrap(a.i, t).Cmp(wrap(b.i, t))
	}
	yes := false
	switch op {
	case "==":
		yes = sign == 0 && ordered
	case "!=":
		yes = sign != 0 || !ordered
	case "<":
		yes = sign < 0
	case ">":
		yes = sign > 0
	case "<=":
		yes = sign <= 0 && ordered
	case ">=":
		yes = sign >= 0 && ordered
	}
	return c.boolean(yes), nil
}

// stride is the size of a pointer's target in pointer arithmetic; void and
// functions count as one byte, as in GNU C.
func (c *Context) stride(pointer *Type) (int64, error) {
	t := c.complete(strip(pointer).Elem)
	size := sizeOf(t)
	if s := strip(t); s.Kind == Void || s.Kind == Func || s.Kind == NoDebug {
		return 1, nil
	} else if size == 0 && s.Incomplete {
		return 0, sentence("Cannot perform pointer math on incomplete types, try casting to a known type, or void *.")
	}
	return max(size, 1), nil
}

func (c *Context) pointerTarget(v Value) (table.Addr, error) {
	v, err := c.fetch(v)
	if err != nil {
		return 0, err
	}
	return tableAddr(decodeInt(v.data, true).Int64()), nil
}

func (c *Context) movePointer(p, by Value, back bool) (Value, error) {
	size, err := c.stride(p.Type)
	if err != nil {
		return p, err
	}
	a, err := c.number(p)
	if err != nil {
		return p, err
	}
	n, err := c.number(by)
	if err != nil {
		return by, err
	}
	d := new(big.Int).Mul(n.i, big.NewInt(size))
	if back {
		d.Neg(d)
	}
	return newValue(unqualified(p.Type), encodeInt(d.Add(a.i, d), 8)), nil
}

func (c *Context) pointerDifference(x, y Value) (Value, error) {
	size, err := c.stride(x.Type)
	if err != nil {
		return x, err
	}
	if other, err := c.stride(y.Type); err != nil || other != size {
		return y, sentence("First argument of `-' is a pointer and second argument is neither\nan integer nor a pointer of the same type.")
	}
	a, err := c.number(x)
	if err != nil {
		return x, err
	}
	b, err := c.number(y)
	if err != nil {
		return y, err
	}
	d := wrap(new(big.Int).Sub(a.i, b.i), c.basics().long)
	return newValue(c.basics().long, encodeInt(d.Quo(d, big.NewInt(size)), 8)), nil
}
