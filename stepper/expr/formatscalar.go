package expr

import (
	"fmt"
	"math/big"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// objectText is symbolText for an address inside a variable of the program: a
// string literal is in none, although some symbol precedes it.
func (c *Context) objectText(a table.Addr) string {
	text := c.symbolText(a)
	i := c.infoAt(a)
	if text == "" || i == nil {
		return ""
	}
	name, off, _ := c.Source.Symbol(a)
	plain, _, _ := strings.Cut(name, ".")
	if v, ok := c.global(plain, i, true); ok && v.kind == placeMemory && uint64(a-v.addr) == off && off < uint64(sizeOf(v.Type)) {
		return text
	}
	return ""
}

func (p *printer) scalar(v Value, t *Type) error {
	if ct := characterType(v.Type); ct != nil {
		t = ct
	}
	switch t.Kind {
	case Int:
		if t.flags != nil {
			p.flags(t.flags, decodeInt(v.data, true).Uint64())
			return nil
		}
		p.b.WriteString(decodeInt(v.data, t.Unsigned).String())
	case Char:
		n := decodeInt(v.data, t.Unsigned)
		fmt.Fprintf(&p.b, "%s %s", n, p.ctx.charText(n, t))
	case Bool:
		p.b.WriteString(boolText(decodeInt(v.data, true)))
	case Enum:
		p.b.WriteString(enumText(t, decodeInt(v.data, t.Unsigned).Int64()))
	case Float:
		p.b.WriteString(floatText(v.data, t))
	case Pointer:
		return p.pointer(v, t)
	case MemberPtr:
		p.b.WriteString(decodeInt(v.data, false).String())
	default:
		fmt.Fprintf(&p.b, "<%s>", t.Name)
	}
	return nil
}

func boolText(n *big.Int) string {
	switch {
	case n.Sign() == 0:
		return "false"
	case n.IsInt64() && n.Int64() == 1:
		return "true"
	}
	return n.String()
}

func (p *printer) flags(bits []machine.Flag, n uint64) {
	p.b.WriteString("[ ")
	for _, f := range bits {
		if n>>f.Bit&1 == 1 {
			p.b.WriteString(f.Name + " ")
		}
	}
	p.b.WriteString("]")
}

// pointer formats an address with the string or the symbol it points to.
func (p *printer) pointer(v Value, t *Type) error {
	a := table.Addr(decodeInt(v.data, true).Uint64())
	var words []string
	if p.options.Address {
		words = append(words, fmt.Sprintf("%#x", uint64(a)))
	}
	elem := characterType(t.Elem)
	name := ""
	switch {
	case elem != nil && a == 0:
	case elem != nil:
		name = p.ctx.objectText(a)
	case p.options.Symbol || strip(t.Elem).Kind == Func:
		name = p.ctx.symbolText(a)
	}
	if name != "" {
		words = append(words, name)
	}
	if elem != nil && a != 0 {
		words = append(words, p.ctx.stringAt(a, elem, p.options.limit()))
	}
	p.b.WriteString(strings.Join(words, " "))
	return nil
}

func (p *printer) reference(v Value, t *Type, depth int) error {
	a := table.Addr(decodeInt(v.data, true).Uint64())
	if p.options.Address {
		fmt.Fprintf(&p.b, "@%#x", uint64(a))
		if p.letter != 0 && p.letter != 's' {
			return nil
		}
		p.b.WriteString(": ")
	}
	p.inner(memoryValue(t.Elem, a), depth)
	return nil
}

func (p *printer) complex(v Value, t *Type) error {
	half := &Type{Kind: Float, Size: t.Size / 2}
	if int64(len(v.data)) < t.Size || half.Size < 4 {
		p.b.WriteString("<complex>")
		return nil
	}
	fmt.Fprintf(&p.b, "%s + %si", floatText(v.data[:half.Size], half), floatText(v.data[half.Size:], half))
	return nil
}

// enumText is an enum's name, or for flags all their names. C++'s have their scope.
func enumText(t *Type, n int64) string {
	scope := t.enumScope()
	for _, e := range t.Enumerators() {
		if e.Value == n {
			return scope + e.Name
		}
	}
	if !t.flagEnum() {
		return fmt.Sprint(n)
	}
	if n == 0 {
		return "0"
	}
	var parts []string
	left := uint64(n)
	for _, e := range t.Enumerators() {
		if v := uint64(e.Value); v != 0 && left&v == v {
			parts = append(parts, scope+e.Name)
			left &^= v
		}
	}
	if left != 0 {
		parts = append(parts, fmt.Sprintf("unknown: %#x", left))
	}
	return "(" + strings.Join(parts, " | ") + ")"
}

// enumScope is the prefix of an enum's names.
func (t *Type) enumScope() string {
	scope := t.scope()
	if t.enumClass {
		scope += t.Name + "::"
	}
	return scope
}
