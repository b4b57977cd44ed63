package expr

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/table"
)

// Format is the format of a value.
type Format struct {
	Letter byte // 0: by its type; else one of x d u o t z a c f s
	Count  int  // x: how many; 0 means 1
	Size   byte // x: b h w g; 0 the last one
	Raw    bool // "/r": values by their members
	Line   bool // on one line, whatever the options say
}

// Print formats a value as "print" does after "$1 = ".
func (c *Context) Print(v Value, f Format) (string, error) {
	p := c.printer(f)
	v = c.object(v)
	if f.Letter == 'a' && (strip(v.Type).Kind == Func) {
		return "", sentence("Value can't be converted to integer.")
	}
	if err := p.top(v); err != nil {
		return "", err
	}
	return p.b.String(), nil
}

// PrintMember formats a value as "info locals" and struct members do: pointers
// without a leading type.
func (c *Context) PrintMember(v Value, f Format) (string, error) {
	p := c.printer(f)
	err := p.value(v, 0)
	return p.b.String(), err
}

// printer formats one value.
type printer struct {
	ctx     *Context
	b       strings.Builder
	letter  byte
	options *Options

	virtual   map[string]bool // virtual base classes of the object that were shown
	anonymous int             // how many anonymous structs and unions the value is in: they do not count for the option Depth
	more      bool            // the array has more elements than the value
	inBase    bool            // the value is a base class of that object
	raw       bool            // values by their members, whatever their shape is
	pretty    bool            // members on lines of their own
	arrays    bool            // elements on lines of their own
	shown     int             // parts of shapes
	fields    int             // of structures of Rust: hostile ones contain themselves twice
}

func (c *Context) printer(f Format) *printer {
	o := &c.Session.Options
	return &printer{ctx: c, letter: f.Letter, raw: f.Raw, pretty: o.Pretty && !f.Line, arrays: o.Arrays && !f.Line, options: o}
}

// newLine begins a line of a value that is depth structures deep.
func (p *printer) newLine(depth int) {
	p.b.WriteString("\n" + strings.Repeat("  ", depth))
}

// maxNesting bounds structs in structs; real programs stay far below.
const maxNesting = 200

// top formats a value with the prefix of an outermost one: the type of a
// pointer or reference, in parentheses.
func (p *printer) top(v Value) error {
	if p.shaped(v, 0) {
		return nil
	}
	t := strip(v.Type)
	if p.letter == 0 || p.letter == 's' || t.Kind == Reference {
		switch {
		case v.lost:
		case t.Kind == Pointer && !(unqualified(v.Type).Kind == Pointer && saysText(t.Elem)): // a typedef's name always
			if _, err := p.ctx.fetch(v); err == nil || v.kind == placePointer {
				fmt.Fprintf(&p.b, "(%s) ", v.Type)
			}
		case t.Kind == Reference, p.options.Object && t.Kind == Struct && p.ctx.dynamic(t, 0):
			fmt.Fprintf(&p.b, "(%s) ", v.Type)
		}
	}
	return p.value(v, 0)
}

// value formats a value. Errors are returned only at the outermost level:
// inside an aggregate they are shown in its place.
func (p *printer) value(v Value, depth int) error {
	if depth > maxNesting {
		p.b.WriteString("...")
		return nil
	}
	v.Type = p.ctx.complete(v.Type)
	t := strip(v.Type)
	if p.shaped(v, depth) {
		return nil
	}
	parts := t.Kind == Struct || t.Kind == Union || t.Kind == Array && !textual(t.Elem)
	if parts && p.deep(depth) || t.Kind == Union && depth > 0 && !p.options.Union {
		p.b.WriteString("{...}")
		return nil
	}
	switch {
	case v.lost:
		p.b.WriteString("<optimized out>")
		return nil
	case t.Kind == Void:
		p.b.WriteString(map[bool]string{false: "void", true: "()"}[t.rust])
		return nil
	case t.Kind == Func || t.Kind == NoDebug:
		return p.symbol(v, t)
	case t.Incomplete:
		p.b.WriteString("<incomplete type>")
		return nil
	case t.Kind == Unsupported:
		fmt.Fprintf(&p.b, "<%s>", strings.Trim(t.Name, "<>"))
		return nil
	case v.kind == placePointer:
		p.b.WriteString("<synthetic pointer>")
		return nil
	case t.Kind == Array && t.Count < 0: // int flex[]: only its address is known
		return p.address(v)
	}
	full, err := p.ctx.fetch(v)
	switch {
	case err == nil:
		v = full
	case (t.Kind == Struct || t.Kind == Union) && v.kind == placePieces: // some of its members may be known
	case errors.Is(err, errOptimizedOut):
		p.b.WriteString("<optimized out>")
		return nil
	case errors.Is(err, errNotSaved):
		p.b.WriteString("<not saved>")
		return nil
	default:
		return err
	}
	switch t.Kind {
	case Struct, Union:
		return p.structure(v, t, depth)
	case Array:
		return p.array(v, t, depth)
	case Reference:
		return p.reference(v, t, depth)
	case Complex:
		return p.complex(v, t)
	}
	if p.letter != 0 && p.letter != 's' {
		text, err := p.ctx.letterText(v, t, p.letter, 0)
		p.b.WriteString(text)
		return err
	}
	return p.scalar(v, t)
}

// inner formats a part of an aggregate; an error is shown in its place.
func (p *printer) inner(v Value, depth int) {
	if err := p.value(v, depth); err != nil {
		fmt.Fprintf(&p.b, "<error: %v>", err)
	}
}

// symbol formats a function, or a symbol without debug information.
func (p *printer) symbol(v Value, t *Type) error {
	kind := v.Type.String()
	if t.Kind == NoDebug && t.Elem == nil { // data: its first bytes as an int, as gdb warns
		return unknownType(v)
	}
	fmt.Fprintf(&p.b, "{%s} %s", kind, p.ctx.AddressText(v.addr))
	return nil
}

func (p *printer) address(v Value) error {
	if v.kind != placeMemory {
		p.b.WriteString("<optimized out>")
		return nil
	}
	p.b.WriteString(p.ctx.AddressText(v.addr))
	return nil
}

// AddressText is an address with its symbol: "0x401136 <main+4>".
func (c *Context) AddressText(a table.Addr) string {
	s := fmt.Sprintf("%#x", uint64(a))
	if !c.Session.Options.Address {
		return c.symbolText(a)
	}
	if name := c.symbolText(a); name != "" {
		s += " " + name
	}
	return s
}

// symbolText is "<main+4>", or "" for an address without a symbol.
func (c *Context) symbolText(a table.Addr) string {
	if c.Source == nil {
		return ""
	}
	name, off, ok := c.Source.Symbol(a)
	if fn, in := c.Source.Function(a); in && fn.Name != "" && a >= fn.Entry && off <= uint64(a-fn.Entry) {
		name, off, ok = fn.Name, uint64(a-fn.Entry), true // not "work.constprop.0"
	}
	if !ok {
		return ""
	}
	// GCC numbers the static variables of functions: "calls.0".
	if plain, number, ok := strings.Cut(name, "."); ok && plain != "" && strings.Trim(number, "0123456789") == "" {
		name = plain
	}
	switch {
	case off == 0:
		return "<" + name + ">"
	}
	return fmt.Sprintf("<%s+%d>", name, off)
}
