package dwexpr

import "math"

// real is a floating-point entry as a number; ok is false for a format that this package does not
// compute with: the x87's, and those of 2 and 16 bytes.
func (e entry) real() (f float64, ok bool) {
	switch e.typ.Size {
	case 4:
		return float64(math.Float32frombits(uint32(e.v))), true
	case 8:
		return math.Float64frombits(e.v), true
	}
	return 0, false
}

// realEntry makes an entry of a floating-point type. Precondition: its size is 4 or 8.
func realEntry(f float64, t *Type) entry {
	if t.Size == 4 {
		return entry{uint64(math.Float32bits(float32(f))), t}
	}
	return entry{math.Float64bits(f), t}
}

func (t *Type) computable() bool { return t.Size == 4 || t.Size == 8 }

// convert converts an entry to a type as C does (DWARF 5, 2.5.1.6, DW_OP_convert). A number that
// an integer type cannot hold is undefined in C: it is unsupported.
func (e entry) convert(t *Type) (entry, error) {
	switch {
	case !e.typ.float() && !t.float():
		return entry{t.fit(e.v), t}, nil
	case t.float() && !t.computable() || e.typ.float() && !e.typ.computable():
		if e.typ.float() && t.float() && e.typ.Size == t.Size {
			return entry{e.v, t}, nil
		}
		return entry{}, unsupported("it converts floating point of %d bytes", max(t.size(), e.typ.size()))
	case e.typ.float() && t.float():
		f, _ := e.real()
		return realEntry(f, t), nil
	case t.float():
		if e.typ.unsigned() || e.typ == nil {
			if t.Size == 4 { // rounded once
				return realEntry(float64(float32(e.v)), t), nil
			}
			return realEntry(float64(e.v), t), nil
		}
		if t.Size == 4 {
			return realEntry(float64(float32(int64(e.v))), t), nil
		}
		return realEntry(float64(int64(e.v)), t), nil
	}
	f, _ := e.real()
	f = math.Trunc(f)
	switch unsigned := t == nil || t.Unsigned; {
	case unsigned && f > -1 && f < 1<<64:
		v := uint64(f)
		if t.fit(v) == v {
			return entry{v, t}, nil
		}
	case !unsigned && f >= -1<<63 && f < 1<<63:
		v := uint64(int64(f))
		if t.fit(v) == v {
			return entry{v, t}, nil
		}
	}
	return entry{}, unsupported("it converts %v to an integer of %d bytes", f, t.size())
}

func (t *Type) size() int64 {
	if t == nil {
		return 8
	}
	return t.Size
}

// binaryReal executes an operation on two floating-point entries of one type.
func (m *machine) binaryReal(op byte, a, b entry) error {
	x, ok := a.real()
	y, same := b.real()
	if !ok || !same || a.typ.Size != b.typ.Size {
		return errFloat()
	}
	truth := func(yes bool) error {
		if yes {
			return m.push(1, nil)
		}
		return m.push(0, nil)
	}
	r := 0.0
	switch op {
	case OpEq:
		return truth(x == y)
	case OpNe:
		return truth(x != y)
	case OpLt:
		return truth(x < y)
	case OpLe:
		return truth(x <= y)
	case OpGt:
		return truth(x > y)
	case OpGe:
		return truth(x >= y)
	case OpPlus:
		r = x + y
	case OpMinus:
		r = x - y
	case OpMul:
		r = x * y
	case OpDiv:
		r = x / y
	default:
		return malformed("operation %#x on floating point", op)
	}
	e := realEntry(r, a.typ)
	return m.push(e.v, e.typ)
}

// unaryReal executes an operation on a floating-point entry.
func (m *machine) unaryReal(op byte, e entry) error {
	f, ok := e.real()
	switch {
	case !ok:
		return errFloat()
	case op == OpAbs:
		f = math.Abs(f)
	case op == OpNeg:
		f = -f
	default:
		return malformed("operation %#x on floating point", op)
	}
	e = realEntry(f, e.typ)
	return m.push(e.v, e.typ)
}
