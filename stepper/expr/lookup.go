package expr

import (
	"debug/dwarf"
	"fmt"
	"strings"

	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// NoSymbolError is the error for an unknown name, in gdb's words.
type NoSymbolError struct {
	Name string
	why  string // ": …", if there is more to say
}

func (e *NoSymbolError) Error() string {
	if e.why != "" {
		return fmt.Sprintf("No symbol \"%s\" in current context: %s.", e.Name, e.why)
	}
	return fmt.Sprintf("No symbol \"%s\" in current context.", e.Name)
}

func noSymbol(name string) error { return &NoSymbolError{Name: name} }

// lookup resolves a name by C's scopes: blocks from the innermost out, the
// members of "this", the unit's own names, what the module exports, then module by
// module, the executable first, variables and functions of each, those without debug
// information last. So no static variable of a library hides a function of the program.
func (c *Context) lookup(name string) (Value, bool, error) {
	if f, err := c.frame(); err == nil {
		if v, ok, err := c.local(f, name); ok {
			return v, ok, err
		}
		if v, ok := c.memberOfThis(f, name); ok {
			return v, true, nil
		}
	}
	v, ok := c.inModules(name)
	return v, ok, nil
}

// inModules is lookup outside of functions.
func (c *Context) inModules(name string) (Value, bool) {
	infos := c.infos()
	if len(infos) > 0 {
		own := infos[0]
		if e, rank := c.best(name, own, true); rank >= rankOwn || rank == rankDefined && flag(own.attr(e, dwarf.AttrExternal)) {
			return c.global(name, own, false)
		}
	}
	functions := c.functions(name)
	for _, a := range functions {
		if c.inOwnUnit(a) {
			return c.symbolValue(name, a), true
		}
	}
	for _, i := range c.inOrder(infos) {
		if v, ok := c.global(name, i, false); ok {
			return v, true
		}
		for _, a := range functions {
			if c.infoAt(a) == i {
				return c.symbolValue(name, a), true
			}
		}
	}
	return c.function(name)
}

// inOrder lists the modules as the linker searches them, the executable first.
func (c *Context) inOrder(infos []*Info) (list []*Info) {
	if c.Source == nil {
		return infos
	}
	for _, m := range c.Source.Modules() {
		list = append(list, c.info(m))
	}
	return list
}

// inOwnUnit reports whether a function is one of the selected frame's unit.
func (c *Context) inOwnUnit(a table.Addr) bool {
	i := c.infoAt(a)
	if i == nil {
		return false
	}
	here := c.unitOfFrame(i)
	u, ok := i.mod.UnitAt(a)
	return ok && here != 0 && u.Entry.Offset == here
}

// local finds a variable or parameter of the frame's blocks.
func (c *Context) local(f *frame, name string) (v Value, ok bool, err error) {
	for _, block := range f.blocks() {
		if e := inBlock(f.info, block, name); e != nil {
			v, err = c.variable(f, f.info, e)
			if err == nil && escaped(f.info, e) {
				v, err = c.deref(v)
			}
			return v, true, err
		}
		if e := f.info.enumeratorIn(block.Entry.Offset, name); e != nil {
			return *e, true, nil
		}
	}
	return Value{}, false, nil
}

// escaped reports a Go variable that was moved to the heap. Its DIE describes a
// pointer to it, named "&x".
func escaped(i *Info, e *dwarf.Entry) bool { return strings.HasPrefix(i.name(e), "&") }

// inBlock finds a name among a scope's own variables. The last of several is
// returned: it hides the earlier ones.
func inBlock(i *Info, block *symbols.Scope, name string) (found *dwarf.Entry) {
	i.children(block.Entry.Offset, func(e *dwarf.Entry) bool {
		switch e.Tag {
		case dwarf.TagVariable, dwarf.TagFormalParameter, dwarf.TagConstant:
			if n := i.name(e); n == name || n != "" && n[0] == '&' && n[1:] == name {
				found = e
			}
		}
		return true
	})
	if found == nil {
		for _, e := range i.onlyAbstract(block.Entry) {
			if i.name(e) == name {
				found = e
			}
		}
	}
	return found
}

// enumeratorIn finds an enumerator of an enum declared in a block.
func (i *Info) enumeratorIn(block dwarf.Offset, name string) (v *Value) {
	i.children(block, func(e *dwarf.Entry) bool {
		if e.Tag != dwarf.TagEnumerationType {
			return true
		}
		t := i.Type(e.Offset)
		for _, x := range t.Enumerators() {
			if x.Name == name && !t.enumClass {
				n := newValue(t, leave(uint64(x.Value), int(t.Size)))
				v = &n
			}
		}
		return v == nil
	})
	return v
}

// memberOfThis finds a member of the object a C++ method was called on.
func (c *Context) memberOfThis(f *frame, name string) (Value, bool) {
	this, ok, err := c.local(f, "this")
	if !ok || err != nil {
		return Value{}, false
	}
	object, err := c.deref(this)
	if err != nil {
		return Value{}, false
	}
	v, err := c.member(object, name)
	return v, err == nil
}

// global finds a variable or enumerator at file, namespace or class level of a
// module. The selected frame's unit goes first, then definitions, then
// declarations. onlyDefined omits declarations.
func (c *Context) global(name string, i *Info, onlyDefined bool) (Value, bool) {
	best, rank := c.best(name, i, onlyDefined)
	if best == nil {
		return Value{}, false
	}
	if best.Tag == dwarf.TagEnumerator {
		return i.enumerator(best)
	}
	f, _ := c.frame()
	v, err := c.variable(f, i, best)
	if err != nil {
		return Value{gone: err, Type: c.basics().int}, true
	}
	if v.lost {
		if own, ok := c.ownThreadLocal(i, best, v.Type); ok {
			return own, true
		}
	}
	if rank == rankDeclared && v.lost {
		return Value{}, false
	}
	return v, true
}

// best is global's DIE; nil if there is none.
func (c *Context) best(name string, i *Info, onlyDefined bool) (best *dwarf.Entry, rank int) {
	here := c.unitOfFrame(i)
	for _, try := range c.spellings(name, i) {
		for _, e := range i.named(try) {
			if n := c.rank(i, e, here); n > rank && !(onlyDefined && n < rankDefined) {
				best, rank = e, n
			}
		}
		if best != nil {
			break
		}
	}
	return best, rank
}

// spellings are the candidates for a name: as given, qualified with the namespaces (or the Go
// package) of the selected frame's function, and what C++'s imports make of it.
func (c *Context) spellings(name string, i *Info) []string {
	if paths, ok := c.rustPath(name); ok {
		return paths
	}
	if global, ok := strings.CutPrefix(name, "::"); ok {
		return append([]string{global}, c.Imported(name)...)
	}
	return append(c.enclosing(name, i), c.Imported(name)...)
}

func (c *Context) enclosing(name string, i *Info) []string {
	f, err := c.frame()
	if err != nil || f.info != i || f.Function == "" {
		return []string{name}
	}
	var list []string
	if die, ok := f.unitDIE(); ok && i.language(die) == langGo {
		if pkg, _, ok := strings.Cut(f.Function, "."); ok && !strings.Contains(name, ".") {
			list = append(list, pkg+"."+name)
		}
	}
	if c.rust() {
		for _, m := range rustModules(f.Function) {
			list = append(list, m+"::"+name)
		}
		return append(list, name)
	}
	in := f.Function
	for {
		n := strings.LastIndex(in, "::")
		if n < 0 {
			return append(list, name)
		}
		in = in[:n]
		list = append(list, in+"::"+name)
	}
}

// What rank returns.
const (
	rankDeclared = 1 + iota
	rankDefined
	rankOwn // defined in the selected frame's unit
)

// rank orders the candidates for a name: 0 for one without a value.
func (c *Context) rank(i *Info, e *dwarf.Entry, here dwarf.Offset) int {
	n := 0
	switch e.Tag {
	case dwarf.TagVariable, dwarf.TagConstant, dwarf.TagMember:
		n = rankDeclared
		if loc, ok := e.Val(dwarf.AttrLocation).([]byte); ok && dwexpr.Discarded(loc) {
			return 0
		}
		if e.Val(dwarf.AttrLocation) != nil || i.attr(e, dwarf.AttrConstValue) != nil {
			n = rankDefined
		}
	case dwarf.TagEnumerator:
		n = rankDefined
	default:
		return 0
	}
	if u, ok := i.mod.UnitOf(e.Offset); ok && here != 0 && u.Entry.Offset == here && (n == rankDefined || e.Tag == dwarf.TagVariable && !declaration(i, e)) {
		n = rankOwn // even if it was optimized out: another unit's variable is not meant
	}
	return n
}

// declaration reports whether a variable is only declared here, or is the definition of one that
// another DIE declares.
func declaration(i *Info, e *dwarf.Entry) bool {
	return flag(e.Val(dwarf.AttrDeclaration)) || e.Val(dwarf.AttrSpecification) != nil || flag(i.attr(e, dwarf.AttrExternal))
}

// unitOfFrame is the first DIE of the selected frame's unit, if that is in i; else 0.
func (c *Context) unitOfFrame(i *Info) dwarf.Offset {
	f, err := c.frame()
	if err != nil || f.info != i {
		return 0
	}
	if u, ok := i.mod.UnitAt(f.lookup); ok {
		return u.Entry.Offset
	}
	return 0
}

// enumerator makes the value of an enumerator's DIE: its enum is its parent
// DIE, which precedes it.
func (i *Info) enumerator(e *dwarf.Entry) (Value, bool) {
	value := integer(e.Val(dwarf.AttrConstValue), 0)
	t := i.enumOf(e.Offset)
	if t == nil {
		return Value{}, false
	}
	return newValue(t, leave(uint64(value), int(t.Size))), true
}
