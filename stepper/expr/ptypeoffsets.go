package expr

import (
	"fmt"
	"strings"
)

// layoutWidth is the width of the comment with a member's offset and size.
const layoutWidth = 27

// layout writes a structure with the offsets, sizes and holes of its members, as ptype/o does.
type layout struct {
	ctx *Context
	b   strings.Builder
}

// PtypeOffsets is the output of "ptype/o", with "type = ": Ptype's, with the members' offsets for a
// structure or union.
func (c *Context) PtypeOffsets(e *Expr) (string, error) {
	t, _, err := c.typeOf(e)
	if err != nil {
		return "", err
	}
	head := "type = "
	if k := unqualified(t).Kind; k == Struct || k == Union {
		head = "/* offset      |    size */  " + head
	}
	s := c.complete(strip(innermost(c.bare(t))))
	if s.Kind != Struct && s.Kind != Union || s.Incomplete {
		text, err := c.Ptype(e)
		return "type = " + text, err
	}
	return head + declareBase(c.bare(t), func(*Type) string {
		l := &layout{ctx: c}
		l.whole(s, 0, 0)
		return l.b.String()
	}, ""), nil
}

// innermost is what a type is made of pointers to, arrays of, or a function that returns.
func innermost(t *Type) *Type {
	for t.Elem != nil {
		switch t.Kind {
		case Pointer, Reference, Array, Func, Qualified, Typedef:
			t = t.Elem
		default:
			return t
		}
	}
	return t
}

// whole writes a structure that begins at an offset, in bytes, from the outermost one.
func (l *layout) whole(t *Type, at int64, level int) {
	head := t.keyword() + " "
	if t.Name != "" {
		head += canonical(t.scope()+t.Name) + " "
	}
	l.b.WriteString(head + bases(t) + "{\n")
	pad := strings.Repeat(" ", layoutWidth+4+level)
	access := t.labels(pad[4:], &l.b)
	end := int64(0) // of the member before, in bits
	for _, f := range t.Fields() {
		if f.Base || f.Artificial {
			continue
		}
		access.put(f.Access)
		end = l.member(t, f, at, end, level)
	}
	if t.nothing() {
		l.b.WriteString(pad + "<no data fields>\n")
	}
	if t.Kind == Struct {
		l.hole(end, 8*t.Size, "padding")
	}
	close := pad[4:]
	if level == 0 {
		close = pad[2:]
	}
	fmt.Fprintf(&l.b, "\n%s/* total size (bytes): %4d */\n%s}", pad, t.Size, close)
}

// member writes one member and returns its end.
func (l *layout) member(in *Type, f Field, at, end int64, level int) int64 {
	t := l.ctx.complete(f.Type)
	from, size := 8*f.Offset+int64(f.BitOffset), 8*sizeOf(t)
	if f.BitSize > 0 {
		size = int64(f.BitSize)
	}
	switch {
	case f.Static:
		l.b.WriteString(strings.Repeat(" ", layoutWidth))
	case in.Kind == Union:
		fmt.Fprintf(&l.b, "/*                %6d */", sizeOf(t))
	default:
		l.hole(end, from, "hole")
		end = from + size
		place := fmt.Sprintf("%6d   ", at+from/8)
		if f.BitSize > 0 {
			place = fmt.Sprintf("%6d:%2d", at+from/8, from%8)
		}
		fmt.Fprintf(&l.b, "/* %s   |  %6d */", place, max(sizeOf(t), 0))
	}
	l.b.WriteString(strings.Repeat(" ", 4+level))
	if k := t.Kind; (k == Struct || k == Union) && !f.Static {
		l.whole(t, at+f.Offset, level+4)
		if f.Name != "" {
			l.b.WriteString(" " + f.Name)
		}
		l.b.WriteString(";\n")
		return end
	}
	l.b.WriteString(l.ctx.fieldText(in, f, 1) + ";\n")
	return end
}

// hole writes what lies between two members, in bits.
func (l *layout) hole(end, next int64, what string) {
	if end <= 0 || end >= next {
		return // before the first member is the pointer to the virtual table
	}
	if n := (next - end) % 8; n > 0 {
		fmt.Fprintf(&l.b, "/* XXX %2d-bit %-7s    */\n", n, what)
	}
	if n := (next - end) / 8; n > 0 {
		fmt.Fprintf(&l.b, "/* XXX %2d-byte %-7s   */\n", n, what)
	}
}
