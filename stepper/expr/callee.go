package expr

import (
	"strings"

	"rseqstep/table"
)

// callee is a function to call.
type callee struct {
	at        table.Addr
	typ       *Type  // a Func; nil for a function without debug information
	name      string // its name in the symbol tables
	this      *Value // the object a C++ method is called on, as a pointer
	resolving bool   // it is an IFUNC's own code
}

// errInlined is gdb's message for a function without code of its own.
var errInlined = sentence("Cannot evaluate function -- may be inlined")

// callees are the candidates for the function part of a call: several for an
// overloaded name.
func (c *Context) callees(n node) ([]callee, error) {
	switch n := n.(type) {
	case memberNode:
		if list, err := c.methods(n); list != nil || err != nil {
			return list, err
		}
	case binaryNode:
		if n.op == ".*" || n.op == "->*" {
			f, err := c.memberCallee(n)
			return []callee{f}, err
		}
	case nameNode:
		if list := c.overloads(n); len(list) > 1 {
			return list, nil
		}
	}
	f, err := c.operand(n)
	if err != nil {
		return nil, err
	}
	one, err := c.calleeOf(f)
	if name, ok := n.(nameNode); ok && err == nil {
		if one.typ == nil {
			one.name = name.name
		}
		if !c.owns(name, one) {
			err = errInlined
		}
	}
	return []callee{one}, err
}

// calleeOf is the function that a value is, points to, or is the address of.
func (c *Context) calleeOf(f Value) (callee, error) {
	var err error
	switch t := strip(f.Type); t.Kind {
	case Pointer:
		if f, err = c.deref(f); err != nil {
			return callee{}, err
		}
	case Int:
		n, err := c.integer(f)
		if err != nil {
			return callee{}, err
		}
		f = memoryValue(&Type{Kind: NoDebug, Elem: c.basics().int}, tableAddr(n))
	}
	switch t := strip(f.Type); {
	case t.Kind == Func && c.misleading(t, f.addr):
		return callee{at: f.addr, name: c.functionName(f.addr)}, nil
	case t.Kind == Func:
		return callee{at: f.addr, typ: t, name: c.functionName(f.addr)}, nil
	case t.Kind == NoDebug && t.Elem == nil:
		return callee{}, unknownType(f)
	case t.Kind == NoDebug:
		name := f.name
		if name == "" {
			name = c.functionName(f.addr)
		}
		return callee{at: f.addr, name: name}, nil
	}
	return callee{}, sentence("Invalid data type for function to be called.")
}

// misleading reports whether the debug information's type is not that of the
// called function: it is the type of an IFUNC's resolver, or the address is a
// label in assembly.
func (c *Context) misleading(t *Type, at table.Addr) bool {
	if t.info == nil || t.die == 0 {
		return false
	}
	return t.info.language(t.die) == langAssembler || c.Source.Indirect(at) && strip(c.symbolValue("", at).Type) == t
}

// functionName is gdb's name for the function at an address.
func (c *Context) functionName(a table.Addr) string {
	if fn, ok := c.Source.Function(a); ok && fn.Entry == a {
		return fn.Name
	}
	if name, off, ok := c.Source.Symbol(a); ok && off == 0 {
		return name
	}
	return "at " + a.String()
}

// owns reports whether a name is that of the function it was resolved to, not
// of one inlined there.
func (c *Context) owns(n nameNode, f callee) bool {
	if _, ok := c.Source.Address(n.name); ok || f.typ == nil {
		return true
	}
	if v, ok, err := c.lookup(n.name); ok && err == nil && strip(v.Type).Kind != Func {
		return true // a variable
	}
	fn, ok := c.Source.Function(f.at)
	return !ok || fn.Entry != f.at || strings.HasSuffix(n.name, lastName(fn.Name)) || strings.Contains(n.name, "(")
}

// lastName is the last component of a C++ name, without template arguments and parameters.
func lastName(name string) string {
	if i := strings.IndexAny(name, "(<"); i > 0 {
		name = name[:i]
	}
	return name[strings.LastIndex(name, ":")+1:]
}

// overloads are the functions with a C++ name; nil if it is not one.
func (c *Context) overloads(n nameNode) (list []callee) {
	full := strings.Join(append(append([]string(nil), n.scopes...), n.name), "::")
	if c.Source == nil || strings.ContainsAny(full, "(*.:") && !strings.Contains(full, "::") {
		return nil
	}
	if _, ok := c.Source.Address(full); ok {
		return nil
	}
	if f, err := c.frame(); err == nil && len(n.scopes) == 0 {
		if _, ok, _ := c.local(f, n.name); ok {
			return nil
		}
	}
	places, err := c.Source.Lookup(full, c.here())
	if err != nil || len(places) < 2 {
		return nil
	}
	for _, p := range places {
		fn, ok := c.Source.Function(p.Addr)
		if !ok || lastName(fn.Name) != n.name {
			continue
		}
		if v := c.symbolValue(full, fn.Entry); strip(v.Type).Kind == Func {
			list = append(list, callee{at: fn.Entry, typ: strip(v.Type), name: fn.Name})
		}
	}
	return list
}

// choose picks the overloaded function that best fits the arguments.
func (c *Context) choose(list []callee, arguments []Value) (callee, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	best, least, tie, few := callee{}, -1, false, true
	for _, f := range list {
		given := arguments
		if f.this != nil {
			given = append([]Value{*f.this}, arguments...)
		}
		few = few && len(given) < len(f.typ.Params)
		if len(given) < len(f.typ.Params) || len(given) > len(f.typ.Params) && !f.typ.Variadic {
			continue
		}
		cost := 0
		for i, p := range f.typ.Params {
			d, ok := distance(given[i].Type, c.complete(p))
			if !ok {
				cost = -1
				break
			}
			cost += d
		}
		switch {
		case cost < 0:
		case least < 0 || cost < least:
			best, least, tie = f, cost, false
		case cost == least && best.at != f.at:
			tie = true
		}
	}
	switch {
	case least < 0 && few:
		return best, sentence("Too few arguments in function call.")
	case least < 0:
		return best, sentence("Cannot resolve function %s to any overloaded instance", lastName(list[0].name))
	case tie:
		return best, sentence("%s is overloaded, and several of its functions fit; name one with its parameters, as '%s(int)'.", list[0].name, lastName(list[0].name))
	}
	return best, nil
}

// distance ranks a conversion, 0 for none: a small part of C++'s ranking of
// conversions ([over.ics.rank]). ok is false if there is no conversion.
func distance(from, to *Type) (int, bool) {
	f, t := strip(from), strip(to)
	if t.Kind == Reference {
		t = strip(t.Elem)
	}
	arithmetic := func(t *Type) bool { return t.isInteger() || t.Kind == Float }
	switch {
	case (f.Kind == Array || f.Kind == Pointer) && t.Kind == Pointer:
		a, b := strip(f.Elem), strip(t.Elem)
		switch {
		case a == b || a.Kind == b.Kind && a.Name == b.Name && a.Unsigned == b.Unsigned:
			return 0, true
		case b.Kind == Void:
			return 3, true
		}
		return 4, a.Kind == Struct && b.Kind == Struct // perhaps a base class
	case f.Kind == t.Kind && f.Size == t.Size && f.Unsigned == t.Unsigned && f.Name == t.Name:
		return 0, true
	case arithmetic(f) && arithmetic(t):
		if f.isInteger() && t.isInteger() && f.Size < 4 && t.Size == 4 || f.Kind == Float && t.Kind == Float && t.Size == 8 {
			return 1, true // a promotion
		}
		return 2, true
	case f.isInteger() && t.Kind == Pointer:
		return 5, true
	case f.Kind == Struct && t.Kind == Struct:
		return 3, true
	}
	return 0, f.Kind == Func && t.Kind == Pointer
}
