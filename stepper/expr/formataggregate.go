package expr

import (
	"bytes"
	"fmt"
	"strings"

	"rseqstep/table"
)

// structure formats a struct as "{a = 1, b = 2}", base classes first as "<Base>
// = {…}".
func (p *printer) structure(v Value, t *Type, depth int) error {
	if t.rust {
		p.rustStructure(v, t, depth)
		return nil
	}
	if p.goValue(v, t, depth) {
		return nil
	}
	p.b.WriteString("{")
	n, bases := 0, 0
	outer := p.virtual
	defer func() { p.virtual = outer }()
	if p.virtual == nil || !p.inBase {
		p.virtual = map[string]bool{}
	}
	for _, f := range t.Fields() {
		if f.Static && !p.options.StaticMembers {
			continue
		}
		if f.Base && f.Virtual { // part of the whole object once, however often it is inherited
			name := f.Type.baseName()
			if p.virtual[name] {
				continue
			}
			p.virtual[name] = true
		}
		if f.Base {
			bases++
		} else {
			p.separate(t, n, bases, depth)
			n++
		}
		p.member(v, t, f, depth)
	}
	switch {
	case n == 0:
		p.b.WriteString("<No data fields>")
	case p.pretty:
		p.newLine(depth)
	}
	p.b.WriteString("}")
	return nil
}

// separate writes what stands before member number n of a structure.
func (p *printer) separate(t *Type, n, bases, depth int) {
	if n > 0 {
		p.b.WriteString(",")
	}
	if !p.pretty {
		if n > 0 {
			p.b.WriteString(" ")
		}
		return
	}
	if n == 0 && bases > 0 {
		p.newLine(depth + 1)
		p.b.WriteString("members of " + t.baseName() + ":")
	}
	p.newLine(depth + 1)
}

// member formats a member with its name. After a base class there is always something.
func (p *printer) member(v Value, t *Type, f Field, depth int) {
	switch {
	case f.Base:
		if p.pretty {
			p.newLine(depth + 1)
		}
		p.b.WriteString("<" + strip(f.Type).baseName() + "> = ") // clang names the typedef
		defer p.b.WriteString(", ")
	case f.Static:
		p.b.WriteString("static " + f.Name + " = ")
	case f.Name != "":
		p.b.WriteString(f.Name + " = ")
	}
	m, err := p.ctx.field(v, f)
	switch {
	case err != nil:
		fmt.Fprintf(&p.b, "<error: %v>", err)
	case f.Static && strip(f.Type) == t:
		p.b.WriteString("<same as static member of an already seen type>")
	default:
		p.part(m, f, depth+1)
	}
}

// part formats a member.
func (p *printer) part(m Value, f Field, depth int) {
	if f.Name == "" && !f.Base {
		p.anonymous++
		defer func() { p.anonymous-- }()
	}
	if full, err := p.ctx.fetch(m); err == nil && f.Artificial && strings.HasPrefix(f.Name, "_vptr") { // with its symbol in any format
		p.b.WriteString(p.ctx.AddressText(table.Addr(decodeInt(full.data, true).Uint64())))
		return
	}
	p.inBase = f.Base
	p.inner(m, depth)
	p.inBase = false
}

// array formats an array as "{1, 2, 3 <repeats 20 times>...}", or a string for
// characters.
func (p *printer) array(v Value, t *Type, depth int) error {
	elem := p.ctx.complete(t.Elem)
	size := sizeOf(elem)
	open, end := "{", "}"
	if t.rust {
		open, end = "[", "]"
	}
	if size <= 0 || t.Count == 0 {
		if textual(elem) && size > 0 {
			p.b.WriteString(`""`)
		} else {
			p.b.WriteString(open + end)
		}
		return nil
	}
	chars := characterType(elem)
	if p.letter == 's' && size == 1 && strip(elem).Kind == Int {
		chars = strip(elem)
	} else if t.Vector || p.letter != 0 && p.letter != 's' {
		chars = nil
	}
	if chars != nil {
		p.b.WriteString(p.ctx.stringText(v.data, chars, p.options.limit(), false, true))
		return nil
	}
	p.b.WriteString(open)
	shown, repeats := 0, int64(p.options.repeats())
	n := int64(len(v.data)) / size
	i := int64(0)
	for ; i < n && shown < p.options.limit(); i++ {
		p.separateElement(int(i), depth)
		if p.options.ArrayIndexes {
			fmt.Fprintf(&p.b, "[%d] = ", i)
		}
		one := v.data[i*size : (i+1)*size]
		same := int64(1)
		for i+same < n && bytes.Equal(one, v.data[(i+same)*size:(i+same+1)*size]) {
			same++
		}
		p.inner(v.slice(elem, i*size), depth+1)
		if same > repeats {
			fmt.Fprintf(&p.b, " <repeats %d times>", same)
			i += same - 1
			shown += int(repeats)
		} else {
			shown++
		}
	}
	if i < n || p.more {
		p.b.WriteString("...")
	}
	if p.arrays {
		p.newLine(depth)
	}
	p.b.WriteString(end)
	return nil
}

// separateElement writes what stands before element number n of an array.
func (p *printer) separateElement(n, depth int) {
	switch {
	case p.arrays && n > 0:
		p.b.WriteString(",")
		fallthrough
	case p.arrays:
		p.newLine(depth + 1)
	case n > 0:
		p.b.WriteString(", ")
	}
}

// goValue formats Go's strings and slices in Go's form; false for anything
// else.
func (p *printer) goValue(v Value, t *Type, depth int) bool {
	if text, ok := p.ctx.goString(v, t, p.options.limit()); ok {
		p.b.WriteString(text)
		return true
	}
	elem, data, length, ok := p.ctx.goSlice(v)
	if !ok {
		return false
	}
	fmt.Fprintf(&p.b, "%s len: %d", strings.TrimPrefix(t.Name, "struct "), length)
	if capacity, err := p.ctx.member(v, "cap"); err == nil {
		if n, err := p.ctx.integer(capacity); err == nil {
			fmt.Fprintf(&p.b, ", cap: %d", n)
		}
	}
	if length <= 0 {
		return true
	}
	p.b.WriteString(", ")
	more := length > int64(p.options.limit())
	window := memoryValue(ArrayOf(elem, min(length, int64(p.options.limit()))), data)
	if full, err := p.ctx.fetch(window); err != nil {
		fmt.Fprintf(&p.b, "<error: %v>", err)
	} else {
		_ = p.array(full, strip(full.Type), depth+1)
	}
	if more {
		p.b.WriteString("...")
	}
	return true
}
