package expr

import (
	"math"
	"math/big"
)

// precision is how many bits of significand a floating-point type has, an implicit one among
// them.
func precision(t *Type) uint {
	switch {
	case t.Name == "bfloat16":
		return 8
	case t.Size == 2:
		return 11
	case t.Size == 4:
		return 24
	case t.Size == 8:
		return 53
	case t.binary128:
		return 113
	}
	return 64
}

// quadFloat decodes binary128: 15 bits of exponent, 112 of fraction. wide is nil for what is not
// finite.
func quadFloat(b []byte) (f float64, wide *big.Float) {
	n := decodeInt(b, true)
	negative := n.Bit(127) == 1
	exp := int(new(big.Int).Rsh(n, 112).Uint64() & 0x7fff)
	frac := new(big.Int).And(n, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 112), big.NewInt(1)))
	switch {
	case exp == 0x7fff && frac.Sign() != 0:
		return math.NaN(), nil
	case exp == 0x7fff && negative:
		return math.Inf(-1), nil
	case exp == 0x7fff:
		return math.Inf(1), nil
	case exp > 0:
		frac.SetBit(frac, 112, 1)
	}
	wide = new(big.Float).SetPrec(113).SetInt(frac)
	wide.SetMantExp(wide, max(exp, 1)-16383-112)
	if negative {
		wide.Neg(wide)
	}
	f, _ = wide.Float64()
	return f, wide
}

// ieeeBits encodes a number in an IEEE 754 format with so many bits of exponent and of fraction,
// rounded to the nearest, ties to even. wide, if set, is f with more precision.
func ieeeBits(f float64, wide *big.Float, exponent, fraction uint) *big.Int {
	n := new(big.Int)
	most := int(1)<<exponent - 1 // of infinity and what is no number
	bias := most / 2
	sign := math.Signbit(f)
	if wide != nil {
		sign = wide.Signbit()
	}
	switch {
	case wide == nil && math.IsNaN(f):
		n.Lsh(big.NewInt(int64(most)<<1|1), fraction-1)
	case wide == nil && math.IsInf(f, 0):
		n.Lsh(big.NewInt(int64(most)), fraction)
	default:
		if wide == nil {
			wide = new(big.Float).SetFloat64(f)
		}
		if wide.Sign() == 0 {
			break
		}
		// The number as a multiple of the last place at its exponent, rounded.
		exp := max(wide.MantExp(nil)-1, 1-bias)
		scaled := new(big.Float).SetPrec(wide.Prec() + 8).SetMode(big.ToNearestEven).Abs(wide)
		scaled.SetMantExp(scaled, int(fraction)-exp)
		n = roundEven(scaled)
		// The implicit bit of a normal number, and the carry of the rounding, add to the exponent.
		n.Add(n, new(big.Int).Lsh(big.NewInt(int64(exp+bias-1)), fraction))
		if new(big.Int).Rsh(n, fraction).Cmp(big.NewInt(int64(most))) >= 0 {
			n.Lsh(big.NewInt(int64(most)), fraction)
		}
	}
	if sign {
		n.SetBit(n, int(exponent+fraction), 1)
	}
	return n
}

// roundEven is a number that is not negative as an integer, ties to even.
func roundEven(x *big.Float) *big.Int {
	n, _ := x.Int(nil)
	rest := new(big.Float).SetPrec(x.Prec()).Sub(x, new(big.Float).SetPrec(x.Prec()).SetInt(n))
	if c := rest.Cmp(big.NewFloat(0.5)); c > 0 || c == 0 && n.Bit(0) == 1 {
		n.Add(n, big.NewInt(1))
	}
	return n
}
