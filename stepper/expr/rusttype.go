package expr

import (
	"bytes"
	"debug/dwarf"
	"fmt"
	"strings"
)

// variantPart describes an enum of Rust whose variants have data (DWARF 5, 5.7.10): one of them
// is active, which the discriminant says.
type variantPart struct {
	discriminant *Field // nil: there is one variant only
	list         []variant
	unknown      bool // described in a way that this package does not support
}

// variant is one of them. Its data is a structure.
type variant struct {
	value []byte // of the discriminant; nil for that of all other values, in whose data the discriminant is hidden
	data  Field
}

// variantPart reads the part e of the structure t.
func (i *Info) variantPart(e *dwarf.Entry, t *Type) *variantPart {
	p := &variantPart{unknown: t.variants != nil}
	size := int64(0)
	if off, ok := e.Val(dwarf.AttrDiscr).(dwarf.Offset); ok {
		if m := i.entry(off); m != nil && m.Tag == dwarf.TagMember {
			f := i.field(m, t)
			p.discriminant, size = &f, sizeOf(f.Type)
		}
		p.unknown = p.unknown || p.discriminant == nil || size <= 0 || size > 16
	}
	i.children(e.Offset, func(c *dwarf.Entry) bool {
		if c.Tag == dwarf.TagVariant {
			p.add(i, c, t, size)
		}
		return true
	})
	return p
}

// add reads one variant: exactly one member, and at most one value of the discriminant, is what
// rustc describes.
func (p *variantPart) add(i *Info, c *dwarf.Entry, t *Type, size int64) {
	x, members := variant{}, 0
	if v := c.Val(dwarf.AttrDiscrValue); v != nil && !p.unknown {
		x.value = constBytes(v, size)
	}
	i.children(c.Offset, func(m *dwarf.Entry) bool {
		if m.Tag == dwarf.TagMember {
			x.data = i.field(m, t)
			members++
		}
		return true
	})
	p.unknown = p.unknown || members != 1 || c.Val(dwarf.AttrDiscrList) != nil || len(p.list) >= maxVariants
	p.list = append(p.list, x)
}

// maxVariants bounds an enum; the largest of real programs have some thousand.
const maxVariants = 1 << 16

// active is the data of the variant that an enum's value has.
func (c *Context) active(v Value) (Value, error) {
	t := strip(v.Type)
	t.fill()
	p := t.variants
	unknown := fmt.Errorf("an enum of an unknown form")
	if p.unknown {
		return v, unknown
	}
	if p.discriminant == nil {
		if len(p.list) != 1 {
			return v, unknown
		}
		return c.field(v, p.list[0].data)
	}
	d, err := c.field(v, *p.discriminant)
	if err != nil {
		return v, err
	}
	if d, err = c.fetch(d); err != nil {
		return v, err
	}
	var other *variant
	for n := range p.list {
		switch x := &p.list[n]; {
		case x.value == nil:
			other = x
		case bytes.Equal(x.value, d.data):
			return c.field(v, x.data)
		}
	}
	if other == nil {
		return v, fmt.Errorf("no variant has discriminant %s", decodeInt(d.data, strip(d.Type).Unsigned))
	}
	return c.field(v, other.data)
}

// rustName is the name of a type as gdb writes it for Rust. Pointers, references and boxes are
// all pointers to gdb.
func (t *Type) rustName() string {
	switch t.Kind {
	case Pointer, Reference:
		return "*mut " + t.Elem.String()
	case Array:
		if t.Count < 0 {
			return "[" + t.Elem.String() + "]"
		}
		return fmt.Sprintf("[%s; %d]", t.Elem, t.Count)
	case Func:
		return t.rustFunction()
	case Void:
		return "()"
	case Qualified:
		return t.Elem.String()
	case Struct, Union, Enum, Typedef:
		return t.scope() + t.Name
	}
	return t.Name
}

// maxSignature bounds the text of a function's type, in bytes: hostile ones are functions of
// functions of functions.
const maxSignature = 4096

func (t *Type) rustFunction() string {
	text := "fn ("
	for n, p := range t.Params {
		if n > 0 {
			text += ", "
		}
		if len(text) > maxSignature {
			text += "..."
			break
		}
		text += p.String()
	}
	if text += ")"; t.Elem != nil && t.Elem.Kind != Void && len(text) <= maxSignature {
		text += " -> " + t.Elem.String()
	}
	return text
}

// tuple reports whether t is a tuple: only its name says so.
func (t *Type) tuple() bool { return t.rust && t.Kind == Struct && strings.HasPrefix(t.Name, "(") }

// unnamedFields reports whether the fields of a structure have only numbers: rustc calls them
// "__0", "__1".
func (t *Type) unnamedFields() bool {
	for n, f := range t.Fields() {
		if f.Name != fmt.Sprintf("__%d", n) {
			return false
		}
	}
	return len(t.fields) > 0
}

// rustField is a field's name as Rust has it: "0" for "__0" of a tuple.
func (t *Type) rustField(f Field) string {
	if n, ok := strings.CutPrefix(f.Name, "__"); ok && t.rust && t.unnamedFields() {
		return n
	}
	return f.Name
}

// rustBody is what ptype shows of a type of Rust.
func (c *Context) rustBody(t *Type) string {
	t = strip(c.complete(t))
	name := t.rustName()
	switch {
	case t.Kind != Struct && t.Kind != Union && t.Kind != Enum, t.tuple():
		return name
	case t.Kind == Enum:
		text := "enum " + name + " {\n"
		for _, e := range t.Enumerators() {
			text += "  " + e.Name + ",\n"
		}
		return text + "}"
	}
	fields := t.Fields()
	if t.variants != nil {
		text := "enum " + name + " {\n"
		for _, x := range t.variants.list {
			text += "  " + x.data.Name + variantFields(strip(x.data.Type)) + ",\n"
		}
		return text + "}"
	}
	text := t.keyword() + " " + name
	if len(fields) == 0 {
		return text
	}
	open, end, unnamed := " {\n", "}", t.unnamedFields()
	if unnamed {
		open, end = " (\n", ")"
	}
	text += open
	for _, f := range fields {
		text += "  "
		if !unnamed {
			text += f.Name + ": "
		}
		text += f.Type.String() + ",\n"
	}
	return text + end
}

// variantFields are the fields of a variant, in a line.
func variantFields(t *Type) string {
	var words []string
	unnamed := t.unnamedFields()
	for _, f := range t.fields {
		if unnamed {
			words = append(words, f.Type.String())
		} else {
			words = append(words, f.Name+": "+f.Type.String())
		}
	}
	switch {
	case words == nil:
		return ""
	case unnamed:
		return "(" + strings.Join(words, ", ") + ")"
	}
	return "{" + strings.Join(words, ", ") + "}"
}
