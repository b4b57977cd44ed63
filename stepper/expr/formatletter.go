package expr

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"rseqstep/table"
)

// ParseFormat parses the text after a command's slash: "x", "4xw", "10i". def
// supplies what is missing.
func ParseFormat(text string, def Format) (Format, error) {
	f := def
	f.Count = 1
	digits, backward := strings.CutPrefix(text, "-")
	if backward {
		text = digits
	}
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	if i > 0 {
		n, ok := new(big.Int).SetString(text[:i], 10)
		if !ok || !n.IsInt64() || n.Int64() > 1<<20 {
			return f, sentence("Too many elements: %s", text[:i])
		}
		f.Count = int(n.Int64())
	}
	if backward {
		f.Count = -f.Count
	}
	for ; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == 'r':
			f.Raw = true
		case strings.IndexByte("bhwg", ch) >= 0:
			f.Size = ch
		case strings.IndexByte("xduotzacfsi", ch) >= 0:
			f.Letter = ch
		default:
			return f, sentence("Undefined output format \"%c\".", ch)
		}
	}
	return f, nil
}

// FindFormat parses the format of "find/…": how many matches at most (Count, without limit if not
// given), and the size of the values (Size).
func FindFormat(text string) (Format, error) {
	f, err := ParseFormat(text, Format{})
	switch {
	case err != nil:
		return f, err
	case f.Letter != 0 || f.Raw:
		return f, sentence("Bad size granularity.")
	case f.Count < 1:
		return f, sentence("Count must be positive.")
	case !strings.ContainsAny(text, "0123456789"):
		f.Count = math.MaxInt
	}
	return f, nil
}

// PrintFormat parses the format of "print/…", which has no count and no size.
func PrintFormat(text string) (Format, error) {
	f, err := ParseFormat(text, Format{})
	switch {
	case err != nil:
		return f, err
	case f.Count != 1:
		return f, sentence("Item count other than 1 is meaningless in \"print\" command.")
	case f.Size != 0:
		return f, sentence("Size letters are meaningless in \"print\" command.")
	case f.Letter == 'i':
		return f, sentence("Format letter \"i\" is meaningless in \"print\" command.")
	}
	return f, nil
}

// letterText formats a scalar by a format letter. pad is the width in bytes to
// which x and t are padded with zeros; 0 for none.
func (c *Context) letterText(v Value, t *Type, letter byte, pad int64) (string, error) {
	b := v.data
	n := decodeInt(b, true)
	if t.Kind == Complex || t.Kind == Struct || t.Kind == Union {
		return "", sentence("Value can't be converted to integer.")
	}
	if t.Kind == Float && (letter == 'c' || letter == 'a') { // these two show the number, others its bits
		if invalidFloat(b, t) {
			return "", sentence("Invalid floating value found in program.")
		}
		f, wide := decodeFloat(b, t)
		n = clamped(number{t: t, f: f, wide: wide}.truncated(), false)
		b = encodeInt(n, 8)
		n = decodeInt(b, true)
	}
	if len(b) == 0 {
		return "", sentence("Value can't be converted to integer.")
	}
	switch letter {
	case 'x':
		if pad > 0 {
			return fmt.Sprintf("0x%0*s", 2*pad, n.Text(16)), nil
		}
		return "0x" + n.Text(16), nil
	case 'z':
		return fmt.Sprintf("0x%0*s", 2*len(b), n.Text(16)), nil
	case 'o':
		if n.Sign() == 0 {
			return "0", nil
		}
		return "0" + n.Text(8), nil
	case 't':
		if pad > 0 {
			return fmt.Sprintf("%0*s", 8*pad, n.Text(2)), nil
		}
		return n.Text(2), nil
	case 'd':
		return decodeInt(b, false).String(), nil
	case 'u':
		return n.String(), nil
	case 'a':
		return c.AddressText(table.Addr(n.Uint64())), nil
	case 'c':
		return c.charByLetter(b, t), nil
	case 'f':
		if ft := c.floatOfSize(t, int64(len(b))); ft != nil {
			return floatText(b, ft), nil
		}
		return decodeInt(b, t.Unsigned).String(), nil
	}
	return "", sentence("Undefined output format \"%c\".", letter)
}

// charByLetter shows the lowest byte as a character, signed if the type is.
func (c *Context) charByLetter(b []byte, t *Type) string {
	ct := &Type{Kind: Char, Size: 1, Unsigned: t.Unsigned}
	n := decodeInt(b[:1], t.Unsigned)
	return fmt.Sprintf("%s %s", n, c.charText(n, ct))
}

// floatOfSize is the floating-point type for the bytes of "/f"; nil if there is
// none of that size.
func (c *Context) floatOfSize(t *Type, size int64) *Type {
	if t.Kind == Float {
		return t
	}
	switch size {
	case 4, 8, 16:
		return &Type{Kind: Float, Size: size, binary128: size == 16 && c.basics().longDouble.binary128}
	}
	return nil
}
