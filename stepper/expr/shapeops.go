package expr

import (
	"fmt"
	"slices"
)

// operations is the shape by which an operator or member function of an object is evaluated: its
// own, or that of a base class; nil for none. A class that has one of that name itself has no
// other.
func (c *Context) operations(v Value, name string, depth int) (*shape, error) {
	t := strip(v.Type)
	if t.Kind != Struct && t.Kind != Union || depth > 20 {
		return nil, nil
	}
	s, err := c.shape(v)
	if s != nil || err != nil {
		return s, err
	}
	fields := t.Fields() // reads the methods too
	if slices.ContainsFunc(t.methods, func(m method) bool { return m.name == name }) {
		return nil, nil
	}
	for _, f := range fields {
		if !f.Base {
			continue
		}
		base, err := c.field(v, f)
		if err != nil {
			return nil, nil
		}
		if s, err := c.operations(base, name, depth+1); s != nil || err != nil {
			return s, err
		}
	}
	return nil, nil
}

// subscript is x[key] of a value with a shape; ok is false for any other.
func (c *Context) subscript(x, key Value) (v Value, ok bool, err error) {
	s, err := c.operations(x, "operator[]", 0)
	switch {
	case err != nil:
		return x, true, err
	case s == nil || s.each == nil && s.index == nil || s.members && s.index == nil:
		return x, false, nil
	case s.index != nil:
		v, err = s.index(key)
		return v, true, err
	}
	k, err := c.integer(key)
	if err != nil {
		return x, true, err
	}
	v, err = s.element(k)
	return v, true, err
}

// element is part number k.
func (s *shape) element(k int64) (Value, error) {
	list, err := s.some(k, 1)
	switch {
	case err != nil:
		return Value{}, err
	case len(list) == 0:
		return Value{}, fmt.Errorf("no element %d in a container of %d", k, s.parts())
	}
	return list[0].value, nil
}

// pointedTo is what "*x" and "x->" mean for a value with a shape; ok is false for any other.
func (c *Context) pointedTo(x Value, operator string) (v Value, ok bool, err error) {
	s, err := c.operations(x, operator, 0)
	switch {
	case err != nil:
		return x, true, err
	case s == nil || s.target == nil && s.as == nil:
		return x, false, nil
	case s.target == nil:
		return *s.as, true, nil
	}
	v, err = s.target()
	return v, true, err
}

// mayBeLibrarys reports whether libraryCall may evaluate a call.
func mayBeLibrarys(n callNode) bool {
	function, member := n.function.(memberNode)
	if !member {
		return false
	}
	if len(n.arguments) == 1 {
		return function.name == "at"
	}
	switch function.name {
	case "size", "length", "empty", "front", "back", "capacity", "data", "c_str", "count", "top", "get", "use_count", "expired", "has_value", "value", "index", "load",
		"len", "is_empty":
		return len(n.arguments) == 0
	}
	return false
}

// libraryCall is the call of a member function of a value with a shape that needs no call of the
// program, whose code may be inlined everywhere.
func (c *Context) libraryCall(n callNode) (v Value, ok bool, err error) {
	if !mayBeLibrarys(n) {
		return Value{}, false, nil
	}
	function := n.function.(memberNode)
	x, err := c.memberObject(function)
	if err != nil {
		return Value{}, false, nil // the call says so
	}
	s, err := c.operations(x, function.name, 0)
	if s == nil || err != nil {
		return Value{}, false, nil
	}
	if len(n.arguments) == 1 {
		key, err := c.operand(n.arguments[0])
		if err != nil {
			return key, true, err
		}
		return c.subscript(x, key)
	}
	if s.method != nil {
		if v, ok, err := s.method(function.name); ok {
			return v, true, err
		}
	}
	if s.each == nil || s.members {
		return Value{}, false, nil
	}
	switch function.name {
	case "size":
		return c.unsigned(s.parts()), true, nil
	case "empty":
		return c.boolean(s.parts() == 0), true, nil
	case "front":
		v, err = s.element(0)
		return v, true, err
	case "back":
		v, err = s.element(s.parts() - 1)
		return v, true, err
	}
	return Value{}, false, nil
}

// unsigned makes a number of the type that sizes have.
func (c *Context) unsigned(n int64) Value {
	return newValue(c.basics().ulong, leave(uint64(n), 8))
}
