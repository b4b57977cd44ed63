package interp

import (
	"fmt"
	"slices"
	"strings"
)

// Value is a number in words: a sum of named terms and a constant.
type Value struct {
	terms []term
	off   int64
	bits  int // its width in bits; 0 stands for 64

	// Address: it was computed from the PC, so it has a name if it is known.
	Address bool

	// low is a value that has the same low bytes, lowSize of them: what a write of 1 or 2 bytes left
	// there, or a sum that was too wide. lowSize is 0 if there is none.
	low     *Value
	lowSize int
}

// term is a name, its factor, and what remains of it if narrower reads have
// names of their own.
type term struct {
	text     string
	times    int64
	register func(size int) string // the names of the general register whose initial value this is; nil for another term
}

// Named is one name.
func Named(text string) Value { return Value{terms: []term{{text: text, times: 1}}} }

// Constant is a number.
func Constant(n int64) Value { return Value{off: n} }

// Sized is a name for size bytes, the others of which are 0.
func Sized(text string, size int) Value {
	v := Named(text)
	if size < 8 {
		v.bits = 8 * size
	}
	return v
}

// Over is a register whose low size bytes were written and that was text before; size is 1 or 2.
func (v Value) Over(text string, size int) Value {
	low := v.Narrow(size)
	mixed := Named(fmt.Sprintf("%s:%v", text, low))
	mixed.low, mixed.lowSize = &low, size
	return mixed
}

// Signed is the low size bytes of v as a signed number of to bytes.
func (v Value) Signed(size, to int) Value {
	low := v.Narrow(size)
	if low.Known() {
		return Constant(int64(Extend(uint64(low.off), size))).Narrow(to)
	}
	return Sized(fmt.Sprintf("s%d(%v)", 8*to, low), to)
}

// Stored is what a store of size bytes stores, not truncated if that is a sum: the store itself
// truncates.
func (v Value) Stored(size int) Value {
	switch {
	case v.isSum():
		return v
	case v.lowSize >= size && v.low.isSum():
		return *v.low
	}
	return v.Narrow(size)
}

// isSum reports whether it has more than one part.
func (v Value) isSum() bool {
	return v.lowSize == 0 && len(v.terms) > 0 && (len(v.terms) > 1 || v.off != 0)
}

// Plus is a sum.
func (v Value) Plus(w Value) Value {
	sum := Value{off: v.off + w.off, terms: slices.Clone(v.terms), Address: v.Address || w.Address}
	for _, t := range w.terms {
		n := slices.IndexFunc(sum.terms, func(s term) bool { return s.text == t.text })
		if n < 0 {
			sum.terms = append(sum.terms, t)
		} else if sum.terms[n].times += t.times; sum.terms[n].times == 0 {
			sum.terms = slices.Delete(sum.terms, n, n+1)
		}
	}
	return sum
}

// Scaled is a product.
func (v Value) Scaled(by int64) Value {
	w := Value{off: v.off * by}
	for _, t := range v.terms {
		t.times *= by
		w.terms = append(w.terms, t)
	}
	return w
}

// Known reports whether it is a number, Number.
func (v Value) Known() bool { return len(v.terms) == 0 }

// Number is the number that a known value is.
func (v Value) Number() int64 { return v.off }

// Equal reports whether two values are the same whatever their terms are.
func (v Value) Equal(w Value) bool {
	d := v.Plus(w.Scaled(-1))
	return d.Known() && d.off == 0
}

// Narrow is the low size bytes of v. It keeps only what is correct for any v: a
// sum of more than one term gets a name as a whole.
func (v Value) Narrow(size int) Value {
	if size >= 8 || v.bits != 0 && v.bits <= 8*size {
		return v
	}
	if v.Known() {
		return Value{off: int64(Cut(uint64(v.off), size)), bits: 8 * size}
	}
	if v.lowSize >= size {
		return v.low.Narrow(size)
	}
	w := Named(fmt.Sprintf("u%d(%v)", 8*size, v))
	w.low, w.lowSize = &v, size
	if len(v.terms) == 1 && v.off == 0 && v.terms[0].times == 1 {
		switch t := v.terms[0]; {
		case t.register != nil:
			w = Named(t.register(size))
		case isLoad(t.text):
			w = Named(fmt.Sprintf("u%d%s", 8*size, t.text))
		}
	}
	w.bits = 8 * size
	return w
}

// isLoad reports whether a term is all 8 bytes at one address, with their
// current value.
func isLoad(text string) bool {
	depth := 0
	for n, c := range text {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth == 0 && n < len(text)-1 {
			return false
		}
	}
	return len(text) > 0 && depth == 0 && text[0] == '['
}

func (v Value) String() string {
	var b strings.Builder
	for n, t := range v.terms {
		switch {
		case n > 0 && t.times > 0:
			b.WriteByte('+')
		case t.times == -1:
			b.WriteByte('-')
		}
		if b.WriteString(t.text); t.times != 1 && t.times != -1 {
			fmt.Fprintf(&b, "*%d", t.times)
		}
	}
	switch {
	case v.Known():
		return shortNumber(v.off)
	case v.off > 0:
		b.WriteString("+" + shortNumber(v.off))
	case v.off < 0:
		b.WriteString(shortNumber(v.off))
	}
	return b.String()
}

// shortNumber writes addresses and masks in hexadecimal, small numbers in
// decimal.
func shortNumber(n int64) string {
	switch {
	case n >= -4096 && n <= 4096:
		return fmt.Sprint(n)
	case n < 0 && n > -1<<31:
		return fmt.Sprintf("-%#x", -n)
	}
	return fmt.Sprintf("%#x", uint64(n))
}

// Atom parenthesizes a sum, for use in a product or comparison of bits.
func (v Value) Atom() string {
	if len(v.terms)+min(1, int(v.off&0x7fffffff)) > 1 || len(v.terms) == 1 && v.off != 0 {
		return "(" + v.String() + ")"
	}
	return v.String()
}
