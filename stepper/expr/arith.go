package expr

import (
	"math"
	"math/big"
)

func (c *Context) binary(n binaryNode) (Value, error) {
	switch n.op {
	case ",":
		if _, err := c.operand(n.x); err != nil {
			return Value{}, err
		}
		return c.eval(n.y)
	case "&&", "||":
		x, err := c.eval(n.x)
		if err != nil {
			return x, err
		}
		yes, err := c.truth(x)
		if err != nil {
			return x, err
		}
		if yes == (n.op == "&&") {
			y, err := c.eval(n.y)
			if err != nil {
				return y, err
			}
			if yes, err = c.truth(y); err != nil {
				return y, err
			}
		}
		return c.boolean(yes), nil
	}
	x, err := c.operand(n.x)
	if err != nil {
		return x, err
	}
	y, err := c.operand(n.y)
	if err != nil {
		return y, err
	}
	switch n.op {
	case "@":
		return c.repeat(x, y)
	case ".*", "->*":
		return c.throughMember(x, y)
	}
	return c.operate(n.op, x, y)
}

// boolean is a truth value in the language: C's int, C++'s bool.
func (c *Context) boolean(yes bool) Value {
	t := c.basics().int
	if c.rust() {
		t = c.basics().rust["bool"]
	} else if f, err := c.frame(); err == nil {
		if die, ok := f.unitDIE(); ok && f.info.bareTags(die) {
			t = c.basics().cppBool
		}
	}
	return newValue(t, leave(truth64(yes), int(t.Size)))
}

// repeat is gdb's x@n: n consecutive objects of x's type.
func (c *Context) repeat(x, y Value) (Value, error) {
	n, err := c.integer(y)
	if err != nil {
		return y, err
	}
	switch {
	case n <= 0:
		return y, sentence("Invalid number %d of repetitions.", n)
	case x.kind != placeMemory || x.bitSize > 0:
		return x, sentence("Only values in memory can be extended with '@'.")
	case x.Type.Kind == NoDebug:
		return x, unknownType(x)
	}
	if size := sizeOf(x.Type); size > 0 && n > math.MaxInt64/size {
		return y, sentence("Invalid number %d of repetitions.", n)
	}
	return memoryValue(ArrayOf(x.Type, n), x.addr), nil
}

func (c *Context) operate(op string, x, y Value) (Value, error) {
	if yes, ok, err := c.sameText(op, x, y); ok {
		return c.boolean(yes), err
	}
	x, err := c.rvalue(x)
	if err != nil {
		return x, err
	}
	if y, err = c.rvalue(y); err != nil {
		return y, err
	}
	xp, yp := strip(x.Type).Kind == Pointer, strip(y.Type).Kind == Pointer
	for _, v := range []Value{x, y} {
		if k := strip(v.Type).Kind; k == Struct || k == Union {
			return v, sentence("Structure has no component named operator%s.", op)
		}
	}
	if composed(x.Type) || composed(y.Type) {
		return c.operateComposed(op, x, y)
	}
	switch op {
	case "+", "-":
		switch {
		case xp && yp && op == "-":
			return c.pointerDifference(x, y)
		case xp && y.Type.isInteger():
			return c.movePointer(x, y, op == "-")
		case yp && x.Type.isInteger() && op == "+":
			return c.movePointer(y, x, false)
		}
	case "==", "!=", "<", ">", "<=", ">=":
		return c.compare(op, x, y)
	}
	if xp || yp {
		return x, errNotArithmetic
	}
	a, err := c.number(x)
	if err != nil {
		return x, err
	}
	b, err := c.number(y)
	if err != nil {
		return y, err
	}
	return c.compute(op, a, b)
}

// promoted is the type in which two numbers are computed: C's usual arithmetic
// conversions, except that float stays float.
func (c *Context) promoted(a, b number) *Type {
	t, u := strip(a.t), strip(b.t)
	switch {
	case a.isFloat() && b.isFloat():
		if u.Size > t.Size {
			return b.t
		}
		return a.t
	case a.isFloat():
		return a.t
	case b.isFloat():
		return b.t
	}
	return c.integerFor(max(t.Size, u.Size), wins(t, u) || wins(u, t))
}

// wins: t makes the result of an operation with u unsigned.
func wins(t, u *Type) bool { return t.Unsigned && t.Size >= 4 && t.Size >= u.Size }

func (c *Context) integerFor(size int64, unsigned bool) *Type {
	b := c.basics()
	if c.rust() { // wide enough to show what the program would panic on, as gdb's are
		name := map[bool]string{false: "i", true: "u"}[unsigned] + map[bool]string{false: "64", true: "128"}[size > 8]
		return b.rust[name]
	}
	names := map[bool][3]*Type{false: {b.int, b.long, b.int128}, true: {b.uint, b.ulong, b.uint128}}[unsigned]
	switch {
	case size <= 4:
		return names[0]
	case size <= 8:
		return names[1]
	}
	return names[2]
}

func (c *Context) compute(op string, a, b number) (Value, error) {
	t := c.promoted(a, b)
	if (op == "<<" || op == ">>") && !b.isFloat() { // the left operand's type alone decides
		t = c.promotedAlone(a)
	}
	if strip(t).Kind == Float {
		r, err := computeFloat(op, rounded(a, t), rounded(b, t), t)
		return newValue(t, r), err
	}
	x, y := wrap(a.i, t), b.i
	if op != "<<" && op != ">>" {
		y = wrap(b.i, t)
	}
	r, err := computeInt(op, x, y, t)
	if err != nil {
		return Value{}, err
	}
	return newValue(t, encodeInt(r, t.Size)), nil
}

// rounded is a number as one of the floating-point type t, in which C computes.
func rounded(n number, t *Type) number {
	s := strip(t)
	f, wide := decodeFloat(encodeFloat(n.float(), n.wideOrNil(), s), s)
	return number{t: t, f: f, wide: wide}
}

// wrap converts an integer to t.
func wrap(n *big.Int, t *Type) *big.Int { return decodeInt(encodeInt(n, t.Size), t.Unsigned) }

func computeInt(op string, x, y *big.Int, t *Type) (*big.Int, error) {
	r := new(big.Int)
	switch op {
	case "+":
		return r.Add(x, y), nil
	case "-":
		return r.Sub(x, y), nil
	case "*":
		return r.Mul(x, y), nil
	case "/", "%":
		if y.Sign() == 0 {
			return nil, sentence("Division by zero")
		}
		if op == "/" {
			return r.Quo(x, y), nil
		}
		return r.Rem(x, y), nil
	case "&":
		return r.And(x, y), nil
	case "|":
		return r.Or(x, y), nil
	case "^":
		return r.Xor(x, y), nil
	case "<<", ">>":
		if y.Sign() < 0 {
			return r, nil // gdb warns and gives 0; C leaves it undefined
		}
		if y.Cmp(big.NewInt(8*t.Size)) >= 0 {
			if op == ">>" && x.Sign() < 0 {
				return r.SetInt64(-1), nil
			}
			return r, nil
		}
		if op == "<<" {
			return r.Lsh(x, uint(y.Uint64())), nil
		}
		return r.Rsh(x, uint(y.Uint64())), nil
	}
	return nil, errNotArithmetic
}

func computeFloat(op string, a, b number, t *Type) ([]byte, error) {
	s := strip(t)
	if s.Size > 8 {
		if x, y := a.wideOrNil(), b.wideOrNil(); x != nil && y != nil && !(op == "/" && y.Sign() == 0) {
			r := new(big.Float).SetPrec(precision(s))
			switch op {
			case "+":
				r.Add(x, y)
			case "-":
				r.Sub(x, y)
			case "*":
				r.Mul(x, y)
			case "/":
				r.Quo(x, y)
			default:
				return nil, sentence("Integer-only operation on floating point number.")
			}
			f, _ := r.Float64()
			return encodeFloat(f, r, s), nil
		}
	}
	x, y, r := a.float(), b.float(), 0.0
	switch op {
	case "+":
		r = x + y
	case "-":
		r = x - y
	case "*":
		r = x * y
	case "/":
		r = x / y
	default:
		return nil, sentence("Integer-only operation on floating point number.")
	}
	return encodeFloat(r, nil, s), nil
}

func truth64(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
