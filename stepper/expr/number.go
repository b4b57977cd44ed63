package expr

import (
	"math"
	"math/big"
)

// number is an operand or result of arithmetic: an integer of any width, or a
// floating-point number. Finite long doubles keep the 64 bits of their
// significand in wide.
type number struct {
	t    *Type
	i    *big.Int // integers and pointers
	f    float64
	wide *big.Float // long double, finite
}

func (n number) isFloat() bool { return n.i == nil }

var errNotArithmetic = sentence("Argument to arithmetic operation not a number or boolean.")

// number reads a scalar value.
func (c *Context) number(v Value) (number, error) {
	if v.Type = c.complete(v.Type); c.typesOnly && !v.have { // any value has the type
		v.data, v.have = make([]byte, max(sizeOf(v.Type), 0)), true
	}
	v, err := c.fetch(v)
	if err != nil {
		return number{}, err
	}
	t := strip(v.Type)
	switch t.Kind {
	case MemberPtr:
		if strip(t.Elem).Kind == Func {
			return number{}, errNotArithmetic
		}
		return number{t: v.Type, i: decodeInt(v.data, false)}, nil
	case Int, Char, Bool, Enum, Pointer, Reference:
		return number{t: v.Type, i: decodeInt(v.data, t.Unsigned)}, nil
	case Float:
		if invalidFloat(v.data, t) {
			return number{}, sentence("Invalid floating value found in program.")
		}
		f, wide := decodeFloat(v.data, t)
		return number{t: v.Type, f: f, wide: wide}, nil
	}
	return number{}, errNotArithmetic
}

// decodeInt reads a little-endian integer of any width.
func decodeInt(b []byte, unsigned bool) *big.Int {
	if len(b) <= 8 {
		var v uint64
		for i, x := range b {
			v |= uint64(x) << (8 * i)
		}
		if unsigned || len(b) == 0 {
			return new(big.Int).SetUint64(v)
		}
		shift := uint(64 - 8*len(b))
		return big.NewInt(int64(v<<shift) >> shift)
	}
	be := make([]byte, len(b))
	for i, x := range b {
		be[len(b)-1-i] = x
	}
	n := new(big.Int).SetBytes(be)
	if !unsigned && be[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}

// encodeInt is n as size little-endian bytes, truncated as in C.
func encodeInt(n *big.Int, size int64) []byte {
	out := make([]byte, size)
	m := n
	if n.Sign() < 0 || int64(n.BitLen()) > 8*size {
		mod := new(big.Int).Lsh(big.NewInt(1), uint(8*size))
		m = new(big.Int).Mod(n, mod) // Euclidean: never negative
	}
	be := m.Bytes()
	for i, x := range be {
		out[len(be)-1-i] = x
	}
	return out
}

// widenBits extracts size bits at bit offset off of raw, as a value of type t.
func widenBits(raw []byte, off, size int, t *Type) []byte {
	n := new(big.Int).Rsh(decodeInt(raw, true), uint(off))
	mod := new(big.Int).Lsh(big.NewInt(1), uint(size))
	n.Mod(n, mod)
	if !strip(t).Unsigned && n.Bit(size-1) == 1 {
		n.Sub(n, mod)
	}
	return encodeInt(n, sizeOf(t))
}

// narrowBits stores a value into size bits at bit offset off of raw, in place.
func narrowBits(raw []byte, off, size int, value *big.Int) {
	mod := new(big.Int).Lsh(big.NewInt(1), uint(size))
	bits := new(big.Int).Mod(value, mod)
	whole := decodeInt(raw, true)
	for b := 0; b < size; b++ {
		whole.SetBit(whole, off+b, bits.Bit(b))
	}
	copy(raw, encodeInt(whole, int64(len(raw))))
}

// encode is the number as the bytes of type t, converted as C converts.
func (n number) encode(t *Type) ([]byte, error) {
	s := strip(t)
	switch s.Kind {
	case Bool:
		return encodeInt(big.NewInt(int64(truth64(!n.zero()))), s.Size), nil
	case Int, Char, Enum, Pointer, Reference, MemberPtr:
		i := n.truncated()
		if n.isFloat() && s.Size <= 8 {
			i = clamped(i, s.Unsigned)
		}
		return encodeInt(i, s.Size), nil
	case Float:
		return encodeFloat(n.float(), n.wideOrNil(), s), nil
	}
	return nil, errNotArithmetic
}

func (n number) zero() bool {
	switch {
	case n.i != nil:
		return n.i.Sign() == 0
	case n.wide != nil:
		return n.wide.Sign() == 0
	}
	return n.f == 0
}

// truncated is the number as an integer, rounded towards zero. Infinity and
// not-a-number give the result of amd64's cvttsd2si.
func (n number) truncated() *big.Int {
	if n.i != nil {
		return n.i
	}
	w := n.wide
	if w == nil {
		if math.IsNaN(n.f) || math.IsInf(n.f, 0) {
			return big.NewInt(math.MinInt64)
		}
		w = big.NewFloat(n.f)
	}
	i, _ := w.Int(nil)
	return i
}

// clamped is an integer limited to 64 bits. C does not define the conversion of a floating-point
// number that is too large; gdb takes the nearest integer there is.
func clamped(i *big.Int, unsigned bool) *big.Int {
	low, high := big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	if unsigned {
		high = new(big.Int).SetUint64(math.MaxUint64)
	}
	switch {
	case i.Cmp(low) < 0:
		return low
	case i.Cmp(high) > 0:
		return high
	}
	return i
}

func (n number) float() float64 {
	if n.i != nil {
		f, _ := new(big.Float).SetInt(n.i).Float64()
		return f
	}
	return n.f
}

// wideOrNil is the number with a long double's precision; nil for one that
// is not finite.
func (n number) wideOrNil() *big.Float {
	switch {
	case n.i != nil:
		return new(big.Float).SetPrec(113).SetInt(n.i)
	case n.wide != nil:
		return n.wide
	case math.IsNaN(n.f) || math.IsInf(n.f, 0):
		return nil
	}
	return new(big.Float).SetPrec(113).SetFloat64(n.f)
}

// integer is the value of an integer, pointer or floating-point expression
// as 64 bits.
func (c *Context) integer(v Value) (int64, error) {
	if v.Type != nil {
		switch t := strip(v.Type); t.Kind {
		case Array, Func:
			if v.kind == placeMemory {
				return int64(v.addr), nil
			}
		case Struct, Union, Void, Complex:
			return 0, sentence("Value can't be converted to integer.")
		}
	}
	n, err := c.number(v)
	if err != nil {
		return 0, err
	}
	i := n.truncated()
	if i.IsInt64() {
		return i.Int64(), nil
	}
	return int64(new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64)).Uint64()), nil
}
