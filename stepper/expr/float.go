package expr

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decodeFloat reads a floating-point number. wide is set for a finite x87
// number, whose significand has 64 bits.
func decodeFloat(b []byte, t *Type) (f float64, wide *big.Float) {
	le := binary.LittleEndian
	switch {
	case len(b) == 2 && t.Name == "bfloat16":
		return float64(math.Float32frombits(uint32(le.Uint16(b)) << 16)), nil
	case len(b) == 2:
		return halfFloat(le.Uint16(b)), nil
	case len(b) == 4:
		return float64(math.Float32frombits(le.Uint32(b))), nil
	case len(b) == 8:
		return math.Float64frombits(le.Uint64(b)), nil
	case t.binary128 && len(b) == 16:
		return quadFloat(b)
	case len(b) >= 10:
		return x87Float(le.Uint64(b), le.Uint16(b[8:]))
	}
	return math.NaN(), nil
}

// halfFloat decodes IEEE 754 binary16: 5 bits of exponent, 10 of fraction.
func halfFloat(h uint16) float64 {
	sign, exp, frac := 1.0, int(h>>10&0x1f), float64(h&0x3ff)
	if h&0x8000 != 0 {
		sign = -1
	}
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 0x1f:
		if frac != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// invalidFloat reports whether bytes are no number of the x87's format: its integer bit is clear
// exactly if the exponent is 0 (Intel SDM volume 1, 4.2.2, "unsupported" encodings).
func invalidFloat(b []byte, t *Type) bool {
	if len(b) < 10 || t.binary128 {
		return false
	}
	exponent := binary.LittleEndian.Uint16(b[8:]) & 0x7fff
	return (exponent == 0) == (b[7]&0x80 != 0)
}

// x87Float decodes the x87's format: 64 bits of significand, its integer bit
// among them, 15 of exponent (bias 16383), and the sign.
func x87Float(significand uint64, signExp uint16) (float64, *big.Float) {
	exp := int(signExp & 0x7fff)
	negative := signExp&0x8000 != 0
	if exp == 0x7fff {
		if significand<<1 != 0 {
			return math.NaN(), nil
		}
		if negative {
			return math.Inf(-1), nil
		}
		return math.Inf(1), nil
	}
	w := new(big.Float).SetPrec(64).SetUint64(significand)
	w.SetMantExp(w, max(exp, 1)-16383-63)
	if negative {
		w.Neg(w)
	}
	f, _ := w.Float64()
	return f, w
}

// encodeFloat is the inverse of decodeFloat; wide, if set, is the same number
// with more precision.
func encodeFloat(f float64, wide *big.Float, t *Type) []byte {
	b := make([]byte, t.Size)
	le := binary.LittleEndian
	switch {
	case t.Size == 4 && wide != nil: // rounded once
		f, _ := wide.Float32()
		le.PutUint32(b, math.Float32bits(f))
	case t.Size == 4:
		le.PutUint32(b, math.Float32bits(float32(f)))
	case t.Size == 8:
		le.PutUint64(b, math.Float64bits(f))
	case t.Size == 2 && t.Name == "bfloat16":
		le.PutUint16(b, uint16(ieeeBits(f, wide, 8, 7).Uint64()))
	case t.Size == 2:
		le.PutUint16(b, uint16(ieeeBits(f, wide, 5, 10).Uint64()))
	case t.binary128 && t.Size == 16:
		copy(b, encodeInt(ieeeBits(f, wide, 15, 112), 16))
	case t.Size >= 10:
		significand, signExp := x87Bits(f, wide)
		le.PutUint64(b, significand)
		le.PutUint16(b[8:], signExp)
	}
	return b
}

func x87Bits(f float64, wide *big.Float) (significand uint64, signExp uint16) {
	if math.Signbit(f) {
		signExp = 0x8000
	}
	switch {
	case wide != nil:
	case math.IsNaN(f):
		return 3 << 62, signExp | 0x7fff
	case math.IsInf(f, 0):
		return 1 << 63, signExp | 0x7fff
	default:
		wide = new(big.Float).SetFloat64(f)
	}
	if wide.Sign() == 0 {
		return 0, signExp
	}
	var mant big.Float
	wide = new(big.Float).SetPrec(64).Set(wide)
	exp := wide.MantExp(&mant) // mant in [0.5, 1)
	mant.SetPrec(64).Abs(&mant).SetMantExp(&mant, 64)
	significand, _ = mant.Uint64()
	switch biased := exp + 16382; {
	case biased >= 0x7fff:
		return 1 << 63, signExp | 0x7fff
	case biased <= 0: // too small for a normal number
		return significand >> min(uint(1-biased), 63), signExp
	}
	return significand, signExp | uint16(exp+16382)&0x7fff
}

// floatText formats a floating-point number as C's %g with enough digits to read it back:
// 2 more than its significand holds (9 for float, 17 for double).
func floatText(b []byte, t *Type) string {
	if invalidFloat(b, t) {
		return "<invalid float value>"
	}
	f, wide := decodeFloat(b, t)
	digits := 2 + int(precision(t))*30103/100000
	switch {
	case math.IsNaN(f) && wide == nil:
		sign := ""
		if n := min(len(b), 10); n > 0 && b[n-1]&0x80 != 0 {
			sign = "-"
		}
		return fmt.Sprintf("%snan(%#x)", sign, nanPayload(b, t.Name == "bfloat16"))
	case math.IsInf(f, 1) && wide == nil:
		return "inf"
	case math.IsInf(f, -1) && wide == nil:
		return "-inf"
	}
	var s string
	if wide != nil {
		s = wide.Text('g', digits)
	} else {
		s = strconv.FormatFloat(f, 'g', digits, 64)
	}
	return cStyle(s, digits)
}

// nanPayload is a not-a-number's fraction.
func nanPayload(b []byte, bfloat bool) uint64 {
	switch len(b) {
	case 2:
		if bfloat {
			return uint64(b[0]) & 0x7f
		}
		return uint64(binary.LittleEndian.Uint16(b)) & 0x3ff
	case 4:
		return uint64(binary.LittleEndian.Uint32(b)) & 0x7fffff
	case 8:
		return binary.LittleEndian.Uint64(b) & (1<<52 - 1)
	}
	return binary.LittleEndian.Uint64(b)
}

// cStyle converts Go's 'g' to C's: an exponent only below 1e-4 or from
// 10**digits on, no trailing zeros, at least two digits of exponent.
func cStyle(s string, digits int) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	mant, expText, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(expText)
	whole, frac, _ := strings.Cut(mant, ".")
	all := whole + frac
	exp += len(whole) - 1
	lead := len(all) - len(strings.TrimLeft(all, "0"))
	if lead == len(all) {
		return sign + "0"
	}
	all, exp = strings.TrimRight(all[lead:], "0"), exp-lead
	if exp < -4 || exp >= digits {
		if len(all) > 1 {
			all = all[:1] + "." + all[1:]
		}
		return fmt.Sprintf("%s%se%+03d", sign, all, exp)
	}
	switch {
	case exp < 0:
		return sign + "0." + strings.Repeat("0", -exp-1) + all
	case len(all) <= exp+1:
		return sign + all + strings.Repeat("0", exp+1-len(all))
	}
	return sign + all[:exp+1] + "." + all[exp+1:]
}
