package expr

import (
	"encoding/binary"
)

func leaveRead(word [8]byte) uint64 { return binary.LittleEndian.Uint64(word[:]) }

// argument converts a value for a function: to its parameter's type, or,
// without a declared type, by C's default argument promotions.
func (c *Context) argument(l *callLayout, v Value, param *Type, prototyped bool) (Value, error) {
	if param == nil {
		return c.promotedArgument(l, v)
	}
	param = c.complete(param)
	t := strip(param)
	switch t.Kind {
	case Reference:
		return c.referenceTo(l, v, t)
	case Struct, Union:
		v, err := c.cast(v, param)
		if err != nil {
			return v, err
		}
		return c.fetch(v)
	case Complex, Array:
		v, err := c.fetch(v)
		if err == nil && int64(len(v.data)) != sizeOf(t) {
			err = sentence("Invalid cast.")
		}
		v.Type = param
		return v, err
	}
	v, err := c.decay(l, v)
	if err != nil {
		return v, err
	}
	if v, err = c.cast(v, param); err != nil {
		return v, err
	}
	switch {
	case t.Kind == Float && t.Size < 8 && !prototyped: // a definition in the style of K&R
		return c.cast(v, c.basics().double)
	case t.isInteger() && t.Size < 4:
		// Code from some compilers relies on 32 bits (psABI 1.0, footnote to
		// 3.2.3 on _Bool; clang).
		return c.cast(v, c.basics().int)
	}
	return v, nil
}

func (c *Context) promotedArgument(l *callLayout, v Value) (Value, error) {
	v, err := c.decay(l, v)
	if err != nil {
		return v, err
	}
	b := c.basics()
	switch t := strip(v.Type); {
	case t.Kind == Float && t.Size < 8:
		return c.cast(v, b.double)
	case t.isInteger() && t.Size < 4:
		return c.cast(v, b.int)
	case t.Kind == Void:
		return v, sentence("A value of type void cannot be an argument.")
	}
	return c.fetch(v)
}

// decay converts arrays and functions to pointers. It puts an array without an
// address, such as a string literal, on the program's stack: gdb calls malloc
// for it, but malloc may be what is being debugged, or hold a lock.
func (c *Context) decay(l *callLayout, v Value) (Value, error) {
	if t := strip(v.Type); t.Kind == Array && !t.Vector && v.kind != placeMemory {
		full, err := c.fetch(v)
		if err != nil {
			return v, err
		}
		return pointerValue(PointerTo(t.Elem), l.place(full.data)), nil
	}
	if t := strip(v.Type); t.Kind == NoDebug && t.Elem != nil {
		return pointerValue(PointerTo(c.basics().void), v.addr), nil
	}
	return c.rvalue(v)
}

// referenceTo is the address for a reference parameter: the value's own, or
// that of a copy on the stack if it has none or is converted.
func (c *Context) referenceTo(l *callLayout, v Value, ref *Type) (Value, error) {
	to := c.complete(ref.Elem)
	if s, u := strip(to), strip(v.Type); v.kind == placeMemory && v.bitSize == 0 && s.Kind == u.Kind && s.Size == u.Size && s.Unsigned == u.Unsigned && s.Name == u.Name {
		return pointerValue(ref, v.addr), nil
	}
	v, err := c.cast(v, to)
	if err != nil {
		return v, err
	}
	if v.kind == placeMemory && v.bitSize == 0 { // a base class
		return pointerValue(ref, v.addr), nil
	}
	if to.Kind != Qualified || !to.Const {
		return v, sentence("Attempt to take address of value not located in memory.")
	}
	if v, err = c.fetch(v); err != nil {
		return v, err
	}
	return pointerValue(ref, l.place(v.data)), nil
}
