package expr

import (
	"errors"
	"fmt"
	"strings"
)

// typeOf is an expression's type, or the type that it names.
func (c *Context) typeOf(e *Expr) (*Type, bool, error) {
	v, err := c.typeOnly(e.root)
	if err != nil {
		return nil, false, err
	}
	return v.Type, v.kind == placeType, nil
}

// typeOnly evaluates only for the type: functions are not called.
func (c *Context) typeOnly(n node) (Value, error) {
	before := c.typesOnly
	c.typesOnly = true
	defer func() { c.typesOnly = before }()
	return c.eval(n)
}

// Resolves returns nil if every name in the expression can be resolved in the selected
// frame, as far as that is possible without values. Error: *NoSymbolError.
func (c *Context) Resolves(e *Expr) error {
	var missing *NoSymbolError
	if _, err := c.typeOnly(e.root); errors.As(err, &missing) {
		return err
	}
	return nil
}

// Whatis is the output of "whatis" after "type = ": the type's name. A typedef
// named directly is resolved one level.
func (c *Context) Whatis(e *Expr) (string, error) {
	t, named, err := c.typeOf(e)
	if err != nil {
		return "", err
	}
	if named && t.Kind == Typedef {
		t = t.Elem
	}
	return shortName(t), nil
}

// Ptype is the output of "ptype" after "type = ": without typedefs, with a
// struct's members and an enum's names.
func (c *Context) Ptype(e *Expr) (string, error) {
	t, _, err := c.typeOf(e)
	if err != nil {
		return "", err
	}
	if t.Kind == NoDebug {
		if t.Elem != nil {
			return "int (void)", nil
		}
		return "", errors.New("a symbol without debug information has unknown type; cast it to its declared type")
	}
	if t.rust {
		return c.rustBody(t), nil
	}
	return declareBase(c.bare(t), func(b *Type) string { return c.body(b, 0) }, ""), nil
}

// bare removes the typedefs along a type's chain.
func (c *Context) bare(t *Type) *Type {
	switch t.Kind {
	case Typedef:
		return c.bare(t.Elem)
	case Qualified:
		in := c.bare(t.Elem)
		if in.Kind == Array || in.Kind == Qualified && t.Const == in.Const && t.Volatile == in.Volatile {
			return in // the elements of an array have the qualifiers themselves
		}
		n := *t
		n.Elem = in
		return &n
	case Pointer, Reference, Array, Func:
		if t.Elem == nil {
			return t
		}
		n := *t
		n.load = nil
		n.Elem = c.bare(t.Elem)
		return &n
	}
	return t
}

// body formats a type with its members, indented by level.
func (c *Context) body(t *Type, level int) string {
	if t.Kind == Qualified {
		return t.qualifiers() + " " + c.body(t.Elem, level)
	}
	switch t = c.complete(t); t.Kind {
	case Struct, Union:
		if name, ok := knownName(t); ok {
			return name
		}
		return c.structBody(t, level)
	case Enum:
		return enumBody(t)
	}
	return t.baseName()
}

func (c *Context) structBody(t *Type, level int) string {
	pad := strings.Repeat("    ", level)
	head := t.keyword() + " "
	if t.Name != "" {
		head += canonical(t.scope()+t.Name) + " "
	}
	if t.Incomplete {
		return head + "{\n" + pad + "    <incomplete type>\n" + pad + "}"
	}
	fields := t.Fields() // reads the template's arguments too
	if len(t.templates) > 0 && level == 0 {
		var list []string
		for _, a := range t.templates {
			list = append(list, a.Name+" = "+a.Type.String())
		}
		head += "[with " + strings.Join(list, ", ") + "] "
	}
	head += bases(t)
	var b strings.Builder
	l := &labels{class: t.Class, pad: pad, b: &b}
	for _, f := range fields {
		l.any = l.any || f.Access > 1
	}
	for _, m := range t.methods {
		l.any = l.any || m.access > 1
	}
	empty := true
	for _, f := range t.Fields() {
		if f.Base || f.Artificial {
			continue
		}
		empty = false
		l.put(f.Access)
		b.WriteString(pad + "    " + c.fieldText(t, f, level) + ";\n")
	}
	if empty {
		b.WriteString(pad + "    <no data fields>\n")
	}
	for n, m := range t.methods {
		if n == 0 {
			b.WriteString("\n")
		}
		l.put(m.access)
		b.WriteString(pad + "    " + m.text(t.inTemplate) + ";\n")
	}
	return head + "{\n" + b.String() + pad + "}"
}

func bases(t *Type) string {
	var list []string
	for _, f := range t.Fields() {
		if !f.Base {
			continue
		}
		access := f.Access
		if access == 0 {
			access = defaultAccess(t.Class)
		}
		text := [...]string{"", "public ", "protected ", "private "}[access&3]
		if f.Virtual {
			text += "virtual "
		}
		list = append(list, text+f.Type.baseName())
	}
	if list == nil {
		return ""
	}
	return ": " + strings.Join(list, ", ") + " "
}

// defaultAccess is DW_ACCESS_private for a class, DW_ACCESS_public for a struct.
func defaultAccess(class bool) int {
	if class {
		return 3
	}
	return 1
}

// labels writes "public:" and the like when the access changes.
type labels struct {
	class bool
	any   bool // a struct needs them: some member is not public
	last  int  // the access written last
	pad   string
	b     *strings.Builder
}

func (l *labels) put(access int) {
	if access == 0 {
		access = defaultAccess(l.class)
	}
	if access == l.last || !l.class && !l.any {
		return
	}
	l.last = access
	l.b.WriteString(l.pad + "  " + [...]string{"", "public", "protected", "private"}[access&3] + ":\n")
}

// fieldText formats a member's declaration. An unnamed struct is written in
// full.
func (c *Context) fieldText(in *Type, f Field, level int) string {
	text := declareBy(f.Type, func(b *Type) string {
		s := unqualified(b)
		if (s.Kind == Struct || s.Kind == Union || s.Kind == Enum) && s.Name == "" && level == 0 {
			return c.body(b, level+1)
		}
		return in.inTemplate(b)
	}, f.Name)
	if f.BitSize > 0 {
		text += fmt.Sprintf(" : %d", f.BitSize)
	}
	if f.Static {
		text = "static " + text
	}
	return text
}

// inTemplate is the name of a type as gdb writes it inside a class template: a type that is one
// of its arguments has the argument's name.
func (t *Type) inTemplate(b *Type) string {
	if b.Kind == Qualified {
		return b.qualifiers() + " " + t.inTemplate(b.Elem)
	}
	for _, a := range t.templates {
		if b == a.Type || b.Kind == a.Type.Kind && b.Name != "" && b.baseName() == a.Type.baseName() {
			return a.Name
		}
	}
	return shortBase(b)
}

func enumBody(t *Type) string {
	head := "enum "
	if t.enumClass {
		head = "enum class "
	}
	if t.Name != "" {
		head += t.scope() + t.Name + " "
	}
	if t.Incomplete {
		return head + "{<incomplete type>}"
	}
	if t.under != nil && t.bare {
		head += ": " + t.under.baseName() + " "
	}
	var names []string
	next := int64(0)
	for _, e := range t.Enumerators() {
		s := t.enumScope() + e.Name
		if e.Value != next {
			s += fmt.Sprintf(" = %d", e.Value)
		}
		names = append(names, s)
		next = e.Value + 1
	}
	return head + "{" + strings.Join(names, ", ") + "}"
}
