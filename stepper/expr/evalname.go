package expr

import (
	"debug/dwarf"
	"path/filepath"
	"strconv"
	"strings"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

func tableAddr(n int64) table.Addr { return table.Addr(uint64(n)) }

// pointerValue is a pointer that points to addr.
func pointerValue(t *Type, addr table.Addr) Value { return newValue(t, leave(uint64(addr), 8)) }

func (c *Context) evalName(n nameNode) (Value, error) {
	full := strings.Join(append(append([]string(nil), n.scopes...), n.name), "::")
	if len(n.scopes) > 0 {
		return c.scoped(n, full)
	}
	if strings.HasSuffix(n.name, atEntry) {
		return c.entryName(n.name)
	}
	if !n.global {
		v, ok, err := c.lookup(n.name)
		if ok || err != nil {
			return named(v, n.name), err
		}
	} else {
		if v, ok := c.inModules("::" + n.name); ok {
			return named(v, n.name), nil
		}
	}
	if t, ok := c.namedType(n.name); ok {
		return Value{Type: t, kind: placeType}, nil
	}
	if v := c.boolean(false); (n.name == "true" || n.name == "false") && strip(v.Type).Kind == Bool {
		return c.boolean(n.name == "true"), nil
	}
	if !c.anyDebug() {
		return Value{}, &NoSymbolError{Name: n.name, why: "the program has no debug information"}
	}
	return Value{}, c.missing(n.name)
}

// missing is the error for a name without a value: that of a function which has only been
// inlined, or of nothing.
func (c *Context) missing(name string) error {
	if c.Source != nil && !(strings.ContainsAny(name, ":*") && !strings.Contains(name, "::")) {
		if places, err := c.Source.Lookup(name, c.here()); err == nil && len(places) > 0 {
			return errInlined
		}
	}
	return noSymbol(name)
}

// named records the symbol's name in a value without debug information.
func named(v Value, name string) Value {
	if v.Type != nil && v.Type.Kind == NoDebug {
		v.name = name
	}
	return v
}

func (c *Context) anyDebug() bool {
	for _, i := range c.infos() {
		if i.has {
			return true
		}
	}
	return false
}

// scoped resolves f::x, 'file.c'::x and ns::x.
func (c *Context) scoped(n nameNode, full string) (Value, error) {
	for _, i := range c.infos() {
		if v, ok := c.global(full, i, false); ok {
			return v, nil
		}
	}
	var missing error // a function or a file of that name has no such variable; a class may have
	if len(n.scopes) == 1 {
		v, ok, err := c.inFunction(n.scopes[0], n.name)
		if !ok && err == nil {
			v, ok, err = c.inFile(n.scopes[0], n.name)
		}
		if ok {
			return v, err
		}
		missing = err
	}
	if v, ok := c.function(full); ok {
		return v, nil
	}
	outer := strings.Join(n.scopes, "::")
	if t, ok := c.namedType(outer); ok { // a static member, an enumerator of an enum class
		if v, ok := c.ofType(c.complete(t), n.name); ok {
			return v, nil
		}
		return Value{}, sentence("There is no field named %s", n.name)
	}
	if missing != nil {
		return Value{}, missing
	}
	if len(n.scopes) == 1 && strings.Contains(n.scopes[0], ".") {
		return Value{}, sentence("No symbol table is loaded for \"%s\".", n.scopes[0])
	}
	return Value{}, c.missing(full)
}

// ofType finds a static member or an enumerator of a type.
func (c *Context) ofType(t *Type, name string) (Value, bool) {
	s := strip(t)
	for _, e := range s.Enumerators() {
		if e.Name == name {
			return newValue(t, leave(uint64(e.Value), int(s.Size))), true
		}
	}
	for _, f := range s.Fields() {
		if f.Name == name && f.Static {
			v, err := c.static(s, f)
			return v, err == nil
		}
	}
	return Value{}, false
}

// inFunction resolves f::x: a static of f, or a local of its innermost frame.
func (c *Context) inFunction(function, name string) (Value, bool, error) {
	fn, ok := c.function(function)
	if !ok || strip(fn.Type).Kind != Func {
		return Value{}, false, nil
	}
	info := c.infoAt(fn.addr)
	if info == nil {
		return Value{}, false, nil
	}
	var in *frame
	for n, f := range c.stack() {
		if f.Entry == fn.addr && f.Inlined == 0 {
			in, _ = c.frameOf(n)
			break
		}
	}
	scopes := info.mod.Scopes(fn.addr)
	if len(scopes) == 0 {
		return Value{}, false, nil
	}
	e := info.within(scopes[0].Entry.Offset, name, 0)
	if e == nil {
		return Value{}, false, sentence("No symbol \"%s\" in specified context.", name)
	}
	if loc, ok := e.Val(dwarf.AttrLocation).([]byte); in == nil && !(ok && dwexpr.Static(loc)) && info.attr(e, dwarf.AttrConstValue) == nil {
		return Value{}, false, sentence("No frame is currently executing in block %s.", function)
	}
	v, err := c.variable(in, info, e)
	return v, true, err
}

// within finds a variable in a DIE's blocks, the outermost first.
func (i *Info) within(off dwarf.Offset, name string, depth int) (found *dwarf.Entry) {
	var blocks []dwarf.Offset
	i.children(off, func(e *dwarf.Entry) bool {
		switch e.Tag {
		case dwarf.TagVariable, dwarf.TagFormalParameter, dwarf.TagConstant:
			if i.name(e) == name {
				found = e
			}
		case dwarf.TagLexDwarfBlock:
			blocks = append(blocks, e.Offset)
		}
		return true
	})
	for n := 0; n < len(blocks) && found == nil && depth < 50; n++ {
		found = i.within(blocks[n], name, depth+1)
	}
	return found
}

// inFile resolves 'file.c'::x.
func (c *Context) inFile(file, name string) (Value, bool, error) {
	known := false
	for _, i := range c.infos() {
		for _, u := range i.mod.Units() {
			path, _ := u.Entry.Val(dwarf.AttrName).(string)
			if path == "" || path != file && filepath.Base(path) != file && !strings.HasSuffix(path, "/"+file) {
				continue
			}
			known = true
			var found *dwarf.Entry
			for _, d := range i.named(name) {
				if d.Offset > u.First && d.Offset < u.End && c.rank(i, d, 0) > 0 {
					found = d
				}
			}
			if found == nil {
				continue
			}
			if found.Tag == dwarf.TagEnumerator {
				v, ok := i.enumerator(found)
				return v, ok, nil
			}
			f, _ := c.frame()
			v, err := c.variable(f, i, found)
			return v, true, err
		}
	}
	if known {
		if v, ok := c.function(name); ok {
			return v, true, nil
		}
		return Value{}, false, sentence("No symbol \"%s\" in specified context.", name)
	}
	return Value{}, false, nil
}

// dollar is a register, a history value, or a convenience variable.
func (c *Context) dollar(text string) (Value, error) {
	switch name := text[1:]; {
	case name == "":
		return c.Session.past(false, 0)
	case name == "$":
		return c.Session.past(false, 1)
	case name[0] == '$':
		n, err := strconv.Atoi(name[1:])
		if err != nil {
			return Value{}, sentence("Invalid history reference \"%s\".", text)
		}
		return c.Session.past(false, n)
	case name[0] >= '0' && name[0] <= '9':
		n, err := strconv.Atoi(name)
		if err != nil {
			return Value{}, sentence("Invalid history reference \"%s\".", text)
		}
		if n == 0 {
			return c.Session.past(false, 0)
		}
		return c.Session.past(true, n)
	case name == "_siginfo":
		return c.siginfo()
	case name == "_exception":
		return c.exception()
	case name == "_thread" || name == "_gthread":
		number := 0
		if c.Thread != nil {
			number = c.Thread()
		}
		return newValue(c.basics().int, leave(uint64(number), 4)), nil
	case name == "_inferior":
		return newValue(c.basics().int, leave(1, 4)), nil
	default:
		if r, ok := c.register(name); ok {
			f, err := c.frame()
			if err != nil {
				return Value{}, errNoProcess
			}
			v := Value{Type: c.registerType(r.typ), kind: placeRegister, reg: r.whole, off: r.off, in: f}
			if x, general := f.Regs.Arch().Register(r.whole); general && !f.inner && !f.Regs.Arch().Kept.Has(x) || !general && !f.innermost() {
				v.gone = errNotSaved
			}
			return v, nil
		}
		v, ok := c.Session.vars[name]
		if !ok {
			v = Value{Type: c.basics().void, have: true}
		}
		if v.kind == placeNone {
			v.kind = placeConvenience
		}
		v.name = name
		return v, nil
	}
}
