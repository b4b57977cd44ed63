package expr

import (
	"fmt"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"rseqstep/table"
)

// characterType is the character type as which t is shown, nil for none. C's
// wide characters are integers that only their typedef's name identifies.
func characterType(t *Type) *Type {
	for t.Kind == Typedef || t.Kind == Qualified {
		s := strip(t)
		if t.Kind == Typedef && (t.Name == "wchar_t" || t.Name == "char16_t" || t.Name == "char32_t") && s.Kind == Int {
			return &Type{Kind: Char, Name: t.Name, Size: s.Size, Unsigned: s.Unsigned}
		}
		t = t.Elem
	}
	if t.Kind == Char && !t.rust && (t.Size == 1 || t.Size == 2 || t.Size == 4) {
		return t
	}
	return nil
}

// textual reports whether arrays of and pointers to t are shown as strings.
func textual(t *Type) bool { return characterType(t) != nil }

// saysText reports whether a pointer to t is shown without its type, as its string says enough:
// gdb's rule, by the name of the type.
func saysText(t *Type) bool {
	for t.Kind == Qualified {
		t = t.Elem
	}
	switch t.Name {
	case "char", "wchar_t", "char16_t", "char32_t":
		return textual(t)
	}
	return false
}

// stringAt reads the string at an address and quotes it; at most limit
// characters of it. An unreadable part is shown as an error.
func (c *Context) stringAt(a table.Addr, elem *Type, limit int) string {
	data, ended, err := c.readString(a, sizeOf(elem), limit)
	if err != nil && len(data) == 0 {
		return fmt.Sprintf("<error: %v>", err)
	}
	s := c.stringText(data, elem, limit, !ended && err == nil, false)
	if err != nil {
		s += fmt.Sprintf("<error: %v>", err)
	}
	return s
}

// readString reads characters of size bytes up to a zero, at most limit of
// them; the result does not contain the zero. It reads ahead only a little, to
// avoid unmapped memory.
func (c *Context) readString(a table.Addr, size int64, limit int) (data []byte, ended bool, err error) {
	zero := make([]byte, size)
	for len(data) < limit*int(size) {
		chunk := min(64-int64(a)&63, int64(limit)*size-int64(len(data)))
		chunk = max(chunk/size*size, size)
		b := make([]byte, chunk)
		if err := c.read(a, b); err != nil {
			return data, false, err
		}
		for n := int64(0); n < chunk; n += size {
			if string(b[n:n+size]) == string(zero) {
				return append(data, b[:n]...), true, nil
			}
		}
		data = append(data, b...)
		a += table.Addr(chunk)
	}
	// Read one more, to know whether the string ends here.
	b := make([]byte, size)
	if c.read(a, b) == nil && string(b) == string(zero) {
		return data, true, nil
	}
	return data, false, nil
}

// charRun is one character and the number of its consecutive repetitions.
type charRun struct {
	r     rune
	raw   bool // a byte that is no character: always shown by number
	times int
}

// stringText quotes an array of characters. more: the string continues beyond
// data. dropZero omits the last element if it is the closing zero.
func (c *Context) stringText(data []byte, elem *Type, limit int, more, dropZero bool) string {
	size := int(sizeOf(elem))
	if zero := make([]byte, size); dropZero && c.Session.Options.NullStop {
		for n := 0; n+size <= len(data); n += size {
			if string(data[n:n+size]) == string(zero) {
				data, dropZero = data[:n], false
			}
		}
	}
	if dropZero && len(data) >= size && !more && decodeInt(data[len(data)-size:], true).Sign() == 0 {
		data = data[:len(data)-size]
	}
	prefix := charPrefix(elem)
	if len(data) == 0 {
		return prefix + `""` + ellipsis(more)
	}
	runs, cut := c.runs(data, size, limit)
	var b strings.Builder
	open := false
	for n, run := range runs {
		if run.times > c.Session.Options.repeats() {
			if open {
				b.WriteString(`", `)
			} else if n > 0 {
				b.WriteString(", ")
			}
			open = false
			fmt.Fprintf(&b, "%s'%s' <repeats %d times>", prefix, quoteRune(run, '\'', size), run.times)
			continue
		}
		if !open {
			if n > 0 {
				b.WriteString(", ")
			}
			b.WriteString(prefix + `"`)
			open = true
		}
		for k := 0; k < run.times; k++ {
			b.WriteString(quoteRune(run, '"', size))
		}
	}
	if open {
		b.WriteString(`"`)
	}
	return b.String() + ellipsis(more || cut)
}

func ellipsis(more bool) string {
	if more {
		return "..."
	}
	return ""
}

// runs splits characters into runs of equal ones, until limit of them are counted. A run is never
// cut: gdb counts it as a whole.
func (c *Context) runs(data []byte, size, limit int) (runs []charRun, cut bool) {
	shown := 0
	for len(data) >= size {
		r, n, raw := c.char(data, size)
		if last := len(runs) - 1; last >= 0 && runs[last].r == r && runs[last].raw == raw {
			runs[last].times++
		} else {
			if shown >= limit {
				return runs, true
			}
			runs = append(runs, charRun{r, raw, 1})
		}
		shown++
		data = data[n:]
	}
	return runs, false
}

// char removes one character from data.
func (c *Context) char(data []byte, size int) (r rune, n int, raw bool) {
	if size > 1 {
		r = rune(decodeInt(data[:size], true).Int64())
		return r, size, r >= utf8.RuneSelf && !c.Session.UTF8
	}
	if c.Session.UTF8 && data[0] >= utf8.RuneSelf {
		if r, n := utf8.DecodeRune(data); r != utf8.RuneError {
			return r, n, false
		}
	}
	return rune(data[0]), 1, data[0] >= utf8.RuneSelf
}

// quoteRune formats a character between quotes.
func quoteRune(run charRun, quote byte, size int) string {
	r := run.r
	const letters, meaning = "\a\b\f\n\r\t\v", "abfnrtv"
	switch {
	case r == rune(quote) || r == '\\':
		return "\\" + string(r)
	case r >= 0 && r < 32 && strings.IndexByte(letters, byte(r)) >= 0:
		return "\\" + string(meaning[strings.IndexByte(letters, byte(r))])
	case !run.raw && printable(r):
		return string(r)
	}
	v := uint64(uint32(r)) & (uint64(1)<<(8*size) - 1)
	if v > 0o777 {
		return fmt.Sprintf("\\x%x", v)
	}
	return fmt.Sprintf("\\%03o", v)
}

func printable(r rune) bool {
	return r < utf8.RuneSelf && r >= 32 && r < 127 || r >= 160 && unicode.IsPrint(r)
}

func charPrefix(t *Type) string {
	switch {
	case strip(t).Size == 1:
		return ""
	case t.Name == "char16_t":
		return "u"
	case t.Name == "char32_t":
		return "U"
	}
	return "L"
}

// charText is a character between quotes: 'a', '\n', '\377'.
func (c *Context) charText(n *big.Int, t *Type) string {
	v := rune(n.Int64())
	if t.Size == 1 {
		v = rune(uint8(n.Int64()))
	}
	run := charRun{r: v, raw: v >= utf8.RuneSelf && (t.Size == 1 || !c.Session.UTF8)}
	return charPrefix(t) + "'" + quoteRune(run, '\'', int(t.Size)) + "'"
}
