package opv

import (
	"fmt"
	"slices"
	"strings"
)

// value is a number in Describe: a sum of named terms and a constant.
type value struct {
	terms []term
	off   int64
	bits  int // its width in bits; 0 stands for 64

	// low is the value that a write of 1 or 2 bytes left in the low bytes;
	// lowSize is 0 if there was none.
	low     *value
	lowSize int
}

// term is a name, its factor, and what remains of it if narrower reads have
// names of their own.
type term struct {
	text   string
	times  int64
	number int // the general register whose initial value this is, else -1
}

func named(text string) value { return value{terms: []term{{text: text, times: 1, number: -1}}} }
func constant(n int64) value  { return value{off: n} }

func (v value) plus(w value) value {
	sum := value{off: v.off + w.off, terms: slices.Clone(v.terms)}
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

func (v value) scaled(by int64) value {
	w := value{off: v.off * by}
	for _, t := range v.terms {
		t.times *= by
		w.terms = append(w.terms, t)
	}
	return w
}

func (v value) known() bool { return len(v.terms) == 0 }

func (v value) equal(w value) bool {
	d := v.plus(w.scaled(-1))
	return d.known() && d.off == 0
}

// narrow is the low size bytes of v. It keeps only what is correct for any v: a
// sum of more than one term gets a name as a whole.
func (v value) narrow(size int) value {
	if size >= 8 || v.bits != 0 && v.bits <= 8*size {
		return v
	}
	if v.known() {
		return value{off: int64(cut(uint64(v.off), size)), bits: 8 * size}
	}
	if v.lowSize >= size {
		return v.low.narrow(size)
	}
	w := named(fmt.Sprintf("u%d(%v)", 8*size, v))
	if len(v.terms) == 1 && v.off == 0 && v.terms[0].times == 1 {
		switch t := v.terms[0]; {
		case t.number >= 0:
			w = named(registerName(t.number, size))
		case isLoad(t.text):
			w = named(fmt.Sprintf("u%d%s", 8*size, t.text))
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

func (v value) String() string {
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
	case v.known():
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

// atom parenthesizes a sum, for use in a product or comparison of bits.
func (v value) atom() string {
	if len(v.terms)+min(1, int(v.off&0x7fffffff)) > 1 || len(v.terms) == 1 && v.off != 0 {
		return "(" + v.String() + ")"
	}
	return v.String()
}

// registerName is the name of the low size bytes of a general register.
func registerName(number, size int) string {
	legacy := []string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"}
	if number >= 8 {
		return fmt.Sprintf("r%d%s", number, map[int]string{1: "b", 2: "w", 4: "d", 8: ""}[size])
	}
	name := legacy[number]
	switch size {
	case 1:
		if number < 4 {
			return name[:1] + "l"
		}
		return name + "l"
	case 2:
		return name
	case 4:
		return "e" + name
	}
	return "r" + name
}
