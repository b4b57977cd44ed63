package expr

import (
	"rseqstep/table"
	"strings"
)

// function finds a function, or a symbol without debug information.
func (c *Context) function(name string) (Value, bool) {
	if c.Source == nil {
		return Value{}, false
	}
	a, ok := c.Source.Address(strings.TrimPrefix(name, "::"))
	if !ok {
		list := c.functions(name)
		for _, try := range c.Imported(name) {
			if len(list) == 0 {
				list = c.functions(try)
			}
		}
		if len(list) == 0 {
			return Value{}, false
		}
		a = list[0]
	}
	return c.symbolValue(name, a), true
}

// namesFunction reports whether a name given by the user is that of a function: its last component, or
// all of it for Go, whose packages have paths.
func namesFunction(function, name string) bool {
	return lastName(function) == lastName(name) || strings.HasSuffix(function, name) || strings.Contains(name, "(")
}

// functions are the entries of the functions with a name.
func (c *Context) functions(name string) (list []table.Addr) {
	if c.Source == nil || strings.ContainsAny(name, ":*") && !strings.Contains(name, "::") {
		return nil
	}
	places, err := c.Source.Lookup(name, c.here())
	if err != nil {
		return nil
	}
	for _, p := range places {
		// A call inlined into another function has no address of its own.
		if fn, ok := c.Source.Function(p.Addr); ok && namesFunction(fn.Name, name) {
			list = append(list, fn.Entry)
		}
	}
	return list
}

func (c *Context) here() table.Addr {
	if f, err := c.frame(); err == nil {
		return f.PC
	}
	return 0
}

// symbolValue is the value of a symbol at an address.
func (c *Context) symbolValue(name string, a table.Addr) Value {
	fn, isCode := c.Source.Function(a)
	if isCode && fn.Entry == a {
		if i := c.infoAt(a); i != nil {
			if scopes := i.mod.Scopes(a); len(scopes) > 0 {
				return memoryValue(i.Type(scopes[0].Entry.Offset), a)
			}
		}
		return memoryValue(&Type{Kind: NoDebug, Name: "text variable", Size: 1, Elem: c.basics().int}, a)
	}
	if i := c.infoAt(a); i != nil {
		if v, ok := c.global(name, i, true); ok {
			return v
		}
	}
	return memoryValue(&Type{Kind: NoDebug, Name: "data variable", Size: 8}, a)
}
