package expr

import (
	"strings"

	"rseqstep/table"
)

// rustMember finds a field of a structure, a tuple, or the active variant of an enum: by name, or
// by number if its fields have no names.
func (c *Context) rustMember(v Value, name string) (Value, error) {
	t := strip(v.Type)
	t.fill()
	enum := t.variants != nil
	if enum {
		var err error
		if v, err = c.active(v); err != nil {
			return v, err
		}
		t = strip(v.Type)
	}
	number := name != "" && strings.Trim(name, "0123456789") == ""
	for _, f := range t.Fields() {
		if f.Name == name || number && f.Name == "__"+name {
			return c.field(v, f)
		}
	}
	switch unnamed := t.tuple() || t.unnamedFields(); {
	case enum && number && (unnamed || len(t.Fields()) == 0):
		return v, sentence("Cannot access field %s of variant %s, there are only %d fields", name, t, len(t.Fields()))
	case enum && unnamed:
		return v, sentence("Attempting to access named field %s of tuple variant %s, which has only anonymous fields", name, t)
	case enum:
		return v, sentence("Could not find field %s of struct variant %s", name, t)
	case number && unnamed:
		return v, sentence("Cannot access field %s of %s, there are only %d fields", name, t, len(t.Fields()))
	case number:
		return v, sentence("Anonymous field access is only allowed on tuples, tuple structs, and tuple-like enum variants")
	}
	return v, sentence("There is no member named %s.", name)
}

// rustParts is the structure whose fields are the parts of a value of Rust: for an enum that of
// its active variant.
func (c *Context) rustParts(v Value) Value {
	if t := strip(v.Type); t.rust && t.Kind == Struct {
		if t.fill(); t.variants != nil {
			if x, err := c.active(v); err == nil {
				return x
			}
		}
	}
	return v
}

// rust reports whether the selected frame's language is Rust; that of a frame without debug
// information is the program's.
func (c *Context) rust() bool {
	if f, err := c.frame(); err == nil && len(f.scopes) > 0 {
		return f.rust
	}
	return c.rustProgram()
}

// rustProgram reports whether the executable is a program of Rust.
func (c *Context) rustProgram() bool {
	if c.Source == nil {
		return false
	}
	modules := c.Source.Modules()
	return len(modules) > 0 && modules[0].Language() == langRust
}

// rustPath is a path with crate::, self:: and super:: resolved in the selected frame's function.
// ok is false for other paths.
func (c *Context) rustPath(name string) (paths []string, ok bool) {
	f, err := c.frame()
	if err != nil || f.Function == "" || !c.rust() {
		return nil, false
	}
	modules := rustModules(f.Function)
	first, rest, path := strings.Cut(name, "::")
	if !path {
		return nil, false
	}
	switch up := len(modules) - 1; first {
	case "crate":
		return []string{modules[up] + "::" + rest}, true
	case "self":
		for _, m := range modules {
			paths = append(paths, m+"::"+rest)
		}
		return paths, true
	case "super":
		for _, m := range modules[min(1, up):] {
			paths = append(paths, m+"::"+rest)
		}
		return paths, true
	}
	return nil, false
}

// rustModules are the paths around a function, the innermost first: of "a::b::f", "a::b" and
// "a"; of "<a::T as a::b::Trait>::f", "a".
func rustModules(function string) (list []string) {
	if in, ok := strings.CutPrefix(function, "<"); ok {
		function, _, _ = strings.Cut(in, " as ")
	}
	function, _, _ = strings.Cut(function, "<")
	for {
		n := strings.LastIndex(function, "::")
		if n < 0 {
			break
		}
		if function = function[:n]; function != "" && function[len(function)-1] != ':' {
			list = append(list, function)
		}
	}
	if list == nil {
		list = []string{function}
	}
	return list
}

// registerType is the type of a register in the selected frame's language.
func (c *Context) registerType(t *Type) *Type {
	if t.Kind != Pointer || !c.rust() {
		return t
	}
	to := *t.Elem
	to.rust = true
	return PointerTo(&to)
}

// subslice is Rust's x[low..high]: an array in the program's memory.
func (c *Context) subslice(n sliceNode) (Value, error) {
	x, err := c.operand(n.x)
	if err != nil {
		return x, err
	}
	elem, data, length, ok := c.rustSlice(x)
	if t := strip(x.Type); !ok && t.Kind == Array && x.kind == placeMemory && t.Count >= 0 {
		elem, data, length, ok = c.complete(t.Elem), x.addr, t.Count, true
	}
	if !ok {
		return x, sentence("Cannot take slice of non-array type")
	}
	low, high := int64(0), length
	for _, bound := range []struct {
		n  node
		at *int64
	}{{n.low, &low}, {n.high, &high}} {
		if bound.n == nil {
			continue
		}
		v, err := c.operand(bound.n)
		if err != nil {
			return v, err
		}
		if *bound.at, err = c.integer(v); err != nil {
			return v, err
		}
	}
	if low < 0 || low > high || high > length {
		return x, sentence("The range %d..%d is outside of a slice of %d", low, high, length)
	}
	return memoryValue(ArrayOf(elem, high-low), data+table.Addr(low*sizeOf(elem))), nil
}

// sliceOf is a reference to an array, as a slice.
func (c *Context) sliceOf(array Value) Value {
	t := strip(array.Type)
	to, usize := PointerTo(t.Elem), c.basics().rust["usize"]
	s := &Type{Kind: Struct, Name: "&[" + t.Elem.String() + "]", Size: 16, rust: true,
		fields: []Field{{Name: "data_ptr", Type: to}, {Name: "length", Type: usize, Offset: 8}}}
	return newValue(s, append(leave(uint64(array.addr), 8), leave(uint64(t.Count), 8)...))
}

// sameText is x == y or x != y of two texts of Rust, one of which may be a literal; ok is false for
// anything else.
func (c *Context) sameText(op string, x, y Value) (yes, ok bool, err error) {
	if op != "==" && op != "!=" || strip(x.Type).Kind != Struct && strip(y.Type).Kind != Struct || !c.rust() {
		return false, false, nil
	}
	a, ok, err := c.rustTextOf(x)
	if !ok || err != nil {
		return false, ok, err
	}
	b, ok, err := c.rustTextOf(y)
	return (a == b) == (op == "=="), ok, err
}

// rustTextOf is the text of a str, a String, or a literal.
func (c *Context) rustTextOf(v Value) (text string, ok bool, err error) {
	var at table.Addr
	var n int64
	switch t := strip(v.Type); {
	case t.Kind == Array && t.Elem == c.basics().char:
		v, err = c.fetch(v)
		return strings.TrimSuffix(string(v.data), "\x00"), true, err
	case t.rust && unsized(t.Name) == "str":
		if _, at, n, ok = c.rustSlice(v); !ok {
			return "", false, nil
		}
	default:
		s, err := c.shape(v)
		if err != nil || s == nil || s.text == nil {
			return "", err != nil, err
		}
		at, n = s.text.at, s.text.length
	}
	if n < 0 || n > maxValue {
		return "", true, sentence("A text of %d bytes is too long to be compared", n)
	}
	b := make([]byte, n)
	err = c.read(at, b)
	return string(b), true, err
}
