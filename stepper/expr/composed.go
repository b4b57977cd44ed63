package expr

import (
	"bytes"
	"math/big"
	"strings"
)

// composed reports whether a type is that of numbers which consist of several: complex numbers
// and the machine's vectors.
func composed(t *Type) bool {
	s := strip(t)
	return s.Kind == Complex || s.Kind == Array && s.Vector
}

// partOf is the type of one half of a complex number.
func (c *Context) partOf(t *Type) *Type {
	b := c.basics()
	switch t.Size {
	case 4:
		return b.half
	case 8:
		return b.float
	case 16:
		return b.double
	}
	if strings.Contains(t.Name, "128") {
		return b.float128
	}
	return b.longDouble
}

// complexOf is the type of complex numbers whose halves have a type.
func complexOf(part *Type) *Type {
	return &Type{Kind: Complex, Size: 2 * strip(part).Size, Name: "complex " + strip(part).Name, binary128: strip(part).binary128}
}

// operateComposed computes with complex numbers and vectors, as gdb does: complex numbers with
// other numbers, vectors with vectors of the same shape and with single numbers.
func (c *Context) operateComposed(op string, x, y Value) (Value, error) {
	if op == "==" || op == "!=" {
		return c.compareComposed(op, x, y)
	}
	s, t := strip(x.Type), strip(y.Type)
	if s.Kind == Complex && (t.Kind == Complex || !composed(t)) || t.Kind == Complex && !composed(s) {
		return c.operateComplex(op, x, y)
	}
	switch {
	case s.Kind == Array && t.Kind == Array:
		if s.Count != t.Count || strip(s.Elem).Kind != strip(t.Elem).Kind || sizeOf(s.Elem) != sizeOf(t.Elem) || strip(s.Elem).Unsigned != strip(t.Elem).Unsigned {
			return x, sentence("Cannot perform operation on vectors with different types")
		}
	case s.Kind == Array:
		return c.elements(x.Type, func(n int64) (Value, error) {
			return c.operateElement(op, x.slice(s.Elem, n*sizeOf(s.Elem)), y, s.Elem)
		})
	case t.Kind == Array:
		return c.elements(y.Type, func(n int64) (Value, error) {
			return c.operateElement(op, x, y.slice(t.Elem, n*sizeOf(t.Elem)), t.Elem)
		})
	default:
		return x, errNotArithmetic
	}
	return c.elements(x.Type, func(n int64) (Value, error) {
		at := n * sizeOf(s.Elem)
		return c.operateElement(op, x.slice(s.Elem, at), y.slice(t.Elem, at), s.Elem)
	})
}

// operateElement computes one element of a vector. A single number must be one of the elements'
// type.
func (c *Context) operateElement(op string, x, y Value, elem *Type) (Value, error) {
	for _, v := range []*Value{&x, &y} {
		cast, err := c.cast(*v, elem)
		if err != nil {
			return cast, err
		}
		back, err := c.compare("!=", cast, *v)
		if err != nil {
			return back, err
		}
		if decodeInt(back.data, true).Sign() != 0 && !c.nan(cast) {
			return x, sentence("conversion of scalar to vector involves truncation")
		}
		*v = cast
	}
	r, err := c.operate(op, x, y)
	if err != nil {
		return r, err
	}
	return c.cast(r, elem)
}

func (c *Context) nan(v Value) bool {
	n, err := c.number(v)
	return err == nil && n.isFloat() && n.f != n.f
}

// elements makes a vector of a type from its elements.
func (c *Context) elements(t *Type, one func(n int64) (Value, error)) (Value, error) {
	s := strip(t)
	var b bytes.Buffer
	for n := int64(0); n < s.Count; n++ {
		v, err := one(n)
		if err == nil {
			v, err = c.fetch(v)
		}
		if err != nil {
			return v, err
		}
		b.Write(v.data)
	}
	return newValue(&Type{Kind: Array, Vector: true, Elem: s.Elem, Count: s.Count, Size: s.Size, info: s.info}, b.Bytes()), nil
}

func (c *Context) compareComposed(op string, x, y Value) (Value, error) {
	x, err := c.fetch(x)
	if err != nil {
		return x, err
	}
	if y, err = c.fetch(y); err != nil {
		return y, err
	}
	s, t := strip(x.Type), strip(y.Type)
	same := s.Kind == t.Kind && bytes.Equal(x.data, y.data)
	if s.Kind == Complex || t.Kind == Complex {
		a, err := c.halves(x)
		if err != nil {
			return x, err
		}
		b, err := c.halves(y)
		if err != nil {
			return y, err
		}
		same = true
		for n := range a {
			v, err := c.compare("==", a[n], b[n])
			if err != nil {
				return v, err
			}
			same = same && decodeInt(v.data, true).Sign() != 0
		}
	}
	return c.boolean(same == (op == "==")), nil
}

// halves are a number's real and imaginary parts.
func (c *Context) halves(v Value) (h [2]Value, err error) {
	if strip(v.Type).Kind != Complex {
		n, err := c.number(v)
		if err != nil {
			return h, err
		}
		zero := newValue(n.t, make([]byte, sizeOf(n.t)))
		return [2]Value{v, zero}, nil
	}
	for n := range h {
		if h[n], err = c.half(v, int64(n)); err != nil {
			return h, err
		}
	}
	return h, nil
}

func (c *Context) operateComplex(op string, x, y Value) (Value, error) {
	a, err := c.halves(x)
	if err != nil {
		return x, err
	}
	b, err := c.halves(y)
	if err != nil {
		return y, err
	}
	do := func(op string, x, y Value) Value {
		if err != nil {
			return x
		}
		var v Value
		v, err = c.operate(op, x, y)
		return v
	}
	var re, im Value
	switch op {
	case "+", "-":
		re, im = do(op, a[0], b[0]), do(op, a[1], b[1])
	case "*":
		re = do("-", do("*", a[0], b[0]), do("*", a[1], b[1]))
		im = do("+", do("*", a[0], b[1]), do("*", a[1], b[0]))
	case "/":
		if strip(y.Type).Kind != Complex {
			re, im = do("/", a[0], b[0]), do("/", a[1], b[0])
			break
		}
		square := do("+", do("*", b[0], b[0]), do("*", b[1], b[1]))
		re = do("/", do("+", do("*", a[0], b[0]), do("*", a[1], b[1])), square)
		im = do("/", do("-", do("*", a[1], b[0]), do("*", a[0], b[1])), square)
	default:
		return x, errNotArithmetic
	}
	if err != nil {
		return x, err
	}
	return c.complexValue(re, im)
}

func (c *Context) complexValue(re, im Value) (Value, error) {
	part := re.Type
	if sizeOf(im.Type) > sizeOf(part) || strip(part).Kind != Float {
		part = im.Type
	}
	if strip(part).Kind != Float {
		return re, errNotArithmetic
	}
	return c.complexFrom(complexOf(part), part, re, im)
}

func (c *Context) complexFrom(t, part *Type, re, im Value) (Value, error) {
	var b []byte
	for _, v := range []Value{re, im} {
		v, err := c.cast(v, part)
		if err != nil {
			return v, err
		}
		b = append(b, v.data...)
	}
	return newValue(t, b), nil
}

// castComplex converts a number to a complex type.
func (c *Context) castComplex(v Value, to *Type) (Value, error) {
	h, err := c.halves(v)
	if err != nil {
		return v, sentence("Invalid cast.")
	}
	return c.complexFrom(to, c.partOf(strip(to)), h[0], h[1])
}

// negateComposed is -x, or ~x: the conjugate of a complex number, each element's complement.
func (c *Context) negateComposed(op string, x Value) (Value, error) {
	s := strip(x.Type)
	zero := newValue(c.basics().int, leave(0, 4))
	minus := func(v Value) (Value, error) {
		a, err := c.number(v)
		if err != nil {
			return v, err
		}
		return c.negative(a)
	}
	if s.Kind == Array {
		return c.elements(x.Type, func(n int64) (Value, error) {
			e := x.slice(s.Elem, n*sizeOf(s.Elem))
			r, err := e, error(nil)
			switch {
			case op == "-":
				r, err = minus(e)
			case op == "~" && s.Elem.isInteger():
				var a number
				if a, err = c.number(e); err == nil {
					r = newValue(s.Elem, encodeInt(new(big.Int).Not(a.i), sizeOf(s.Elem)))
				}
			case op == "+":
				r, err = c.operate("+", e, zero)
			default:
				err = errNotArithmetic
			}
			if err != nil {
				return r, err
			}
			return c.cast(r, s.Elem)
		})
	}
	h, err := c.halves(x)
	if err == nil && op == "-" {
		h[0], err = minus(h[0])
	}
	if err == nil && op != "+" {
		h[1], err = minus(h[1])
	}
	if err != nil {
		return x, err
	}
	return c.complexFrom(x.Type, c.partOf(s), h[0], h[1])
}
