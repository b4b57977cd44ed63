package expr

import (
	"errors"
	"fmt"
	"strings"
)

// shaped formats a value by its shape; false if it has none. Its form is that of gdb's
// pretty-printers: "head = {parts}".
func (p *printer) shaped(v Value, depth int) bool {
	if t := strip(v.Type); p.options.Raw || p.raw || t.Kind == Reference && t.RValue {
		return false
	}
	s, err := p.ctx.shape(v)
	switch {
	case err != nil:
		fmt.Fprintf(&p.b, "<error reading variable: %v>", err)
		return true
	case s == nil || s.plain:
		return false
	case s.text != nil:
		p.b.WriteString(p.ctx.shapeText(s.text, p.options.limit()))
		return true
	case s.as != nil:
		p.inner(*s.as, depth)
		return true
	}
	p.b.WriteString(s.head)
	p.parts(s, depth)
	return true
}

// deep reports whether a value with parts is nested too deeply to be shown.
func (p *printer) deep(depth int) bool {
	return p.options.Depth >= 0 && depth-p.anonymous >= p.options.Depth
}

// maxParts bounds the parts of shapes in one value: corrupt memory may contain itself. maxAll is
// the bound for those who want to see all, and for the characters of a text.
const (
	maxParts = 1 << 16
	maxAll   = 1 << 18
)

// spent reports whether no more parts are shown in the value.
func (p *printer) spent() bool {
	return p.shown >= maxAll || p.shown >= maxParts && p.options.Elements > 0
}

// parts formats the parts of a shape, in braces. A map's key and value count as two.
func (p *printer) parts(s *shape, depth int) {
	if s.each == nil {
		return
	}
	pretty := p.pretty
	if s.hint == hintArray {
		pretty = p.arrays
	}
	n, stop := 0, ""
	err := s.each(0, func(x part) bool {
		if n == 0 && s.head != "" {
			p.b.WriteString(" = ")
		}
		if n == 0 && p.deep(depth) {
			p.b.WriteString("{...}")
			n = -1
			return false
		}
		if n >= p.options.limit() || p.spent() {
			stop = "..."
			return false
		}
		switch {
		case n == 0:
			p.b.WriteString("{")
		case pretty:
			p.b.WriteString(",")
		default:
			p.b.WriteString(", ")
		}
		if pretty {
			p.newLine(depth + 1)
		}
		p.shown++
		n++
		if stop = p.onePart(s, x, n-1, depth+1); s.hint == hintMap {
			n++
		}
		return stop == ""
	})
	if err != nil {
		fmt.Fprintf(&p.b, "<error reading variable: %v>", err)
		stop = "..."
	}
	if n <= 0 {
		return
	}
	if pretty && stop != "" {
		p.newLine(depth + 1)
	}
	p.b.WriteString(stop)
	if pretty {
		p.newLine(depth)
	}
	p.b.WriteString("}")
}

// onePart formats part number n, and returns what stands for the parts after it if they are not
// to be shown.
func (p *printer) onePart(s *shape, x part, n, depth int) (stop string) {
	switch {
	case s.hint == hintMap:
		p.b.WriteString("[")
		p.anonymous++ // a key may be one deeper
		p.inner(x.key, depth)
		p.anonymous--
		p.b.WriteString("] = ")
		if n+1 >= p.options.limit() {
			return "..."
		}
	case s.hint == hintArray && p.options.ArrayIndexes:
		fmt.Fprintf(&p.b, "[%d] = ", n)
	case s.hint == hintMembers:
		p.b.WriteString(x.label() + " = ")
	}
	err := p.value(x.value, depth)
	if err == nil {
		return ""
	}
	fmt.Fprintf(&p.b, "<error: %v>", err)
	if m := (*MemoryError)(nil); errors.As(err, &m) {
		return "..." // the following ones are no better
	}
	return ""
}

// shapeText quotes a text of known length, which may contain zeros; as gdb, all but a last one.
func (c *Context) shapeText(t *shapeText, limit int) string {
	size := sizeOf(t.elem)
	if t.length <= 0 || size <= 0 {
		return charPrefix(t.elem) + `""`
	}
	n := min(t.length, int64(limit), maxAll)
	more := t.length > n
	data := make([]byte, n*size)
	if err := c.read(t.at, data); err != nil {
		return fmt.Sprintf("<error: %v>", err)
	}
	if last := data[len(data)-int(size):]; !more && decodeInt(last, true).Sign() == 0 {
		data = data[:len(data)-int(size)]
	}
	return c.stringText(data, t.elem, limit, more, false)
}

// Summary is the variable's value as the line of a frame shows it: texts and numbers as they are,
// containers by their head, "..." for other values with parts.
func (c *Context) Summary(v Variable) string {
	t := strip(c.complete(v.Value.Type))
	moved := t.Kind == Reference && t.RValue
	if t.Kind == Reference {
		t = strip(c.complete(t.Elem))
	}
	if v.Err == nil && t.isAggregate() {
		s, err := c.shape(v.Value)
		switch {
		case moved: // gdb's printers follow no such reference
			return "..."
		case c.Session.Options.Raw || err != nil || s == nil || s.plain:
			return "..."
		case s.text == nil && s.as == nil:
			if list, _ := s.some(0, 1); len(list) == 0 {
				return s.head
			} else if s.head == "" {
				return "{...}"
			}
			return s.head + " = {...}"
		}
	}
	return c.Text(v, Format{Line: true})
}

// stepWithin is a step to a part of a part, whose own step is outer.
func stepWithin(inner, outer string) string {
	if inner == "" || outer == "" {
		return ""
	}
	return strings.Replace(inner, "%s", outer, 1)
}

// placed is the step to a part that no expression names but by its address.
func placed(v Value) string {
	a, ok := v.Addr()
	if !ok || v.Type == nil {
		return ""
	}
	if v.Type.rust {
		return fmt.Sprintf("%%.0s*(%#x as *mut %s)", uint64(a), strings.ReplaceAll(v.Type.String(), "%", "%%"))
	}
	return fmt.Sprintf("%%.0s*(%s *) %#x", strings.ReplaceAll(v.Type.String(), "%", "%%"), uint64(a))
}
