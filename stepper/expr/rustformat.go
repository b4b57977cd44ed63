package expr

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"rseqstep/table"
)

// rustStructure formats a structure, a tuple, a slice or an enum as gdb does for Rust:
// "Name {a: 1}", "Name (1)", "(1, 2)", "&[i32] [1, 2]", "Enum::Variant(1)".
func (p *printer) rustStructure(v Value, t *Type, depth int) {
	t.fill()
	switch {
	case t.variants != nil:
		p.variant(v, t, depth)
		return
	case p.slice(v, t, depth):
		return
	case !t.tuple():
		p.b.WriteString(t.rustName())
		if len(t.Fields()) == 0 {
			return
		}
		p.b.WriteString(" ")
	}
	p.rustFields(v, t, depth, p.pretty)
}

// rustFields formats the fields of a structure, or of a variant, which never has lines of its own.
func (p *printer) rustFields(v Value, t *Type, depth int, lines bool) {
	open, end, unnamed := "{", "}", t.tuple() || t.unnamedFields()
	if unnamed {
		open, end = "(", ")"
	}
	p.b.WriteString(open)
	for n, f := range t.Fields() {
		switch {
		case lines && n > 0:
			p.b.WriteString(",")
			fallthrough
		case lines:
			p.newLine(depth + 1)
		case n > 0:
			p.b.WriteString(", ")
		}
		if !unnamed {
			p.b.WriteString(f.Name + ": ")
		}
		if p.fields++; p.fields > maxParts {
			p.b.WriteString("...")
			break
		}
		m, err := p.ctx.field(v, f)
		if err != nil {
			fmt.Fprintf(&p.b, "<error: %v>", err)
			continue
		}
		p.inner(m, depth+1)
	}
	if lines {
		p.newLine(depth)
	}
	p.b.WriteString(end)
}

// variant formats the active variant of an enum.
func (p *printer) variant(v Value, t *Type, depth int) {
	x, err := p.ctx.active(v)
	switch {
	case errors.Is(err, errOptimizedOut):
		p.b.WriteString("<optimized out>")
		return
	case err != nil:
		fmt.Fprintf(&p.b, "%s <error: %v>", t.rustName(), err)
		return
	}
	s := strip(x.Type)
	p.b.WriteString(s.rustName())
	if len(s.Fields()) > 0 {
		p.rustFields(x, s, depth, false)
	}
}

// rustSlice decodes a reference, a box or a pointer to a slice or a str: rustc describes each as
// a structure of data_ptr and length.
func (c *Context) rustSlice(v Value) (elem *Type, data table.Addr, length int64, ok bool) {
	if v.Type == nil {
		return nil, 0, 0, false
	}
	t := strip(v.Type)
	if !t.rust || t.Kind != Struct || unsized(t.Name) == "" || len(t.Fields()) != 2 || t.fields[0].Name != "data_ptr" || t.fields[1].Name != "length" {
		return nil, 0, 0, false
	}
	at, err := c.field(v, t.fields[0])
	if err != nil || strip(at.Type).Kind != Pointer {
		return nil, 0, 0, false
	}
	n, err := c.field(v, t.fields[1])
	if err != nil {
		return nil, 0, 0, false
	}
	if length, err = c.integer(n); err != nil {
		return nil, 0, 0, false
	}
	data, err = c.pointerTarget(at)
	return c.complete(strip(at.Type).Elem), data, length, err == nil && length >= 0
}

// unsized is "[" for the name of a pointer to a slice, "str" for that of a pointer to a str.
func unsized(name string) string {
	for _, before := range []string{"&mut ", "&", "*const ", "*mut ", "alloc::boxed::Box<"} {
		rest, ok := strings.CutPrefix(name, before)
		switch {
		case !ok:
		case strings.HasPrefix(rest, "["):
			return "["
		case rest == "str" || strings.HasPrefix(rest, "str,") || strings.HasPrefix(rest, "str>"):
			return "str"
		}
	}
	return ""
}

// slice formats a slice or a str; false for anything else.
func (p *printer) slice(v Value, t *Type, depth int) bool {
	elem, data, n, ok := p.ctx.rustSlice(v)
	if !ok {
		return false
	}
	if unsized(t.Name) == "str" && sizeOf(elem) == 1 {
		p.b.WriteString(p.ctx.rustText(data, n, p.options.limit()))
		return true
	}
	p.b.WriteString(t.rustName() + " ")
	p.window(elem, data, n, depth)
	return true
}

// window formats n elements in the program's memory.
func (p *printer) window(elem *Type, data table.Addr, n int64, depth int) {
	some := min(n, int64(p.options.limit()))
	if size := sizeOf(elem); size > 0 {
		some = min(some, maxValue/size)
	}
	full, err := p.ctx.fetch(memoryValue(ArrayOf(elem, some), data))
	if err != nil {
		fmt.Fprintf(&p.b, "<error: %v>", err)
		return
	}
	p.more = some < n
	_ = p.array(full, strip(full.Type), depth)
	p.more = false
}

// rustText quotes n bytes of UTF-8.
func (c *Context) rustText(data table.Addr, n int64, limit int) string {
	b := make([]byte, min(n, int64(limit), maxValue))
	if err := c.read(data, b); err != nil {
		return fmt.Sprintf("<error: %v>", err)
	}
	return c.stringText(b, c.basics().uchar, limit, int64(len(b)) < n, false)
}

// rustChar is a char between quotes, with Rust's escapes: gdb writes everything beyond ASCII so.
func rustChar(n *big.Int) string {
	switch r := n.Int64(); {
	case r == '\'' || r == '\\':
		return `'\` + string(rune(r)) + "'"
	case r == '\n':
		return `'\n'`
	case r == '\r':
		return `'\r'`
	case r == '\t':
		return `'\t'`
	case r == 0:
		return `'\0'`
	case r >= 32 && r < 127:
		return "'" + string(rune(r)) + "'"
	case r <= 0xff:
		return fmt.Sprintf(`'\x%02x'`, r)
	default:
		return fmt.Sprintf(`'\u{%06x}'`, r)
	}
}
