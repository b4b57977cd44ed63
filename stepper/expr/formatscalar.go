package expr

import (
	"fmt"
	"math/big"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func (p *printer) scalar(v Value, t *Type) error {
	if ct := characterType(v.Type); ct != nil {
		t = ct
	}
	switch t.Kind {
	case Int:
		if t.rust && len(v.data) == 0 {
			p.b.WriteString("()")
			return nil
		}
		if t.flags != nil {
			p.flags(t.flags, decodeInt(v.data, true).Uint64())
			return nil
		}
		p.b.WriteString(decodeInt(v.data, t.Unsigned).String())
	case Char:
		n := decodeInt(v.data, t.Unsigned)
		if t.rust {
			fmt.Fprintf(&p.b, "%s %s", n, rustChar(n))
			return nil
		}
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
		p.b.WriteString(p.ctx.memberPointer(v, t))
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
		switch {
		case f.Width > 0:
			fmt.Fprintf(&p.b, "%s=%d ", f.Name, n>>f.Bit&(1<<f.Width-1))
		case n>>f.Bit&1 == 1:
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
	case p.options.Symbol || strip(t.Elem).Kind == Func:
		name = p.ctx.symbolText(a)
	}
	if name != "" {
		words = append(words, name)
	}
	if elem != nil && a != 0 {
		words = append(words, p.ctx.stringAt(a, elem, p.options.limit()))
	}
	if to := strip(t.Elem); t.rust && to.Kind == Array && sizeOf(to.Elem) == 1 && strip(to.Elem).Unsigned { // b"text"
		words = append(words, "b"+p.ctx.rustText(a, to.Count, p.options.limit()))
	}
	p.b.WriteString(strings.Join(words, " "))
	return nil
}

func (p *printer) reference(v Value, t *Type, depth int) error {
	a := table.Addr(decodeInt(v.data, true).Uint64())
	if p.options.Address {
		fmt.Fprintf(&p.b, "@%#x", uint64(a))
		if depth > 0 { // gdb follows only the reference that is shown itself
			return nil
		}
		p.b.WriteString(": ")
	}
	p.inner(memoryValue(t.Elem, a), depth)
	return nil
}

func (p *printer) complex(v Value, t *Type) error {
	half := p.ctx.partOf(t)
	if int64(len(v.data)) < t.Size || t.Size != 2*half.Size {
		p.b.WriteString("<complex>")
		return nil
	}
	show := func(b []byte) (string, error) {
		switch p.letter {
		case 0, 's', 'f':
			return floatText(b, half), nil
		case 'c', 'a':
			return "", sentence("Value can't be converted to integer.")
		}
		return p.ctx.letterText(newValue(half, b), half, p.letter, 0)
	}
	re, err := show(v.data[:half.Size])
	if err != nil {
		return err
	}
	im, err := show(v.data[half.Size:])
	fmt.Fprintf(&p.b, "%s + %si", re, im)
	return err
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
