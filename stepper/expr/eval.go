package expr

import (
	"errors"
	"fmt"
	"math/big"
)

// Parse parses an expression with the macros and types visible in the selected frame.
func (c *Context) Parse(text string) (*Expr, error) {
	if c.rust() {
		return ParseRust(text, c.isType)
	}
	text, err := c.ExpandMacros(text)
	if err != nil {
		return nil, err
	}
	return Parse(text, c.isType)
}

// Eval evaluates an expression and executes its assignments.
func (c *Context) Eval(e *Expr) (Value, error) {
	v, err := c.eval(e.root)
	if err == nil && v.kind == placeType {
		err = sentence("Attempt to use a type name as an expression")
	}
	if err == nil {
		v.Type = c.complete(v.Type)
	}
	return v, err
}

// Evaluate parses and evaluates.
func (c *Context) Evaluate(text string) (Value, error) {
	e, err := c.Parse(text)
	if err != nil {
		return Value{}, err
	}
	return c.Eval(e)
}

// True evaluates a condition.
func (c *Context) True(e *Expr) (bool, error) {
	v, err := c.Eval(e)
	if err != nil {
		return false, err
	}
	return c.truth(v)
}

// Integer evaluates an expression whose value is a number or an address.
func (c *Context) Integer(e *Expr) (uint64, error) {
	v, err := c.Eval(e)
	if err != nil {
		return 0, err
	}
	if v, err = c.rvalue(v); err != nil {
		return 0, err
	}
	n, err := c.integer(v)
	return uint64(n), err
}

func (c *Context) eval(n node) (Value, error) {
	b := c.basics()
	switch n := n.(type) {
	case intNode:
		t := b.literal(n.kind)
		return newValue(t, encodeInt(n.value, t.Size)), nil
	case floatNode:
		t, wide := b.literal(n.kind), n.wide
		if t.binary128 {
			wide = n.wider
		}
		return newValue(t, encodeFloat(n.value, wide, t)), nil
	case charNode:
		t := b.charOf(n.prefix)
		return newValue(t, encodeInt(big.NewInt(int64(n.value)), t.Size)), nil
	case stringNode:
		return c.stringValue(n), nil
	case nameNode:
		return c.evalName(n)
	case dollarNode:
		return c.dollar(n.name)
	case unaryNode:
		return c.unary(n)
	case postfixNode:
		return c.postfix(n)
	case binaryNode:
		return c.binary(n)
	case assignNode:
		return c.evalAssign(n)
	case condNode:
		return c.conditional(n)
	case indexNode:
		return c.evalIndex(n)
	case memberNode:
		return c.evalMember(n)
	case callNode:
		return c.evalCall(n, nil)
	case castNode:
		return c.evalCast(n)
	case braceNode:
		t, err := c.resolve(n.to)
		if err != nil {
			return Value{}, err
		}
		x, err := c.operand(n.x)
		if err != nil {
			return Value{}, err
		}
		return c.objectAt(x, t)
	case sizeofNode:
		return c.evalSizeof(n)
	case sliceNode:
		return c.subslice(n)
	case unitNode:
		return newValue(b.rust["()"], nil), nil
	case typeNode:
		t, err := c.resolve(n.of)
		return Value{Type: t, kind: placeType}, err
	}
	return Value{}, fmt.Errorf("an expression of kind %T is not known", n)
}

func (b *basics) charOf(prefix byte) *Type {
	switch prefix {
	case 'r':
		return b.rust["char"]
	case 'b':
		return b.rust["u8"]
	case 'L':
		return b.wchar
	case 'u':
		return b.char16
	case 'U':
		return b.char32
	}
	return b.char
}

// stringValue is a string literal: an array with a closing zero. Without a
// prefix, code points beyond a byte are UTF-8; in Rust all are, but those of b"…".
func (c *Context) stringValue(n stringNode) Value {
	elem := c.basics().charOf(n.prefix)
	var data []byte
	for _, r := range n.value {
		if n.prefix == 0 && (r > 0xff || c.rust()) {
			data = append(data, string(r)...)
			continue
		}
		data = append(data, leave(uint64(r), int(elem.Size))...)
	}
	data = append(data, make([]byte, elem.Size)...)
	return newValue(ArrayOf(elem, int64(len(data))/elem.Size), data)
}

// operand evaluates a part for its value and follows references.
func (c *Context) operand(n node) (Value, error) {
	v, err := c.eval(n)
	if err != nil {
		return v, err
	}
	if v.kind == placeType {
		return v, sentence("Attempt to use a type name as an expression")
	}
	return c.follow(v)
}

// objectAt is {t} x: the object at the address x, or an array as an object of another type.
func (c *Context) objectAt(x Value, t *Type) (Value, error) {
	if strip(x.Type).Kind == Array {
		if x.kind == placeMemory {
			return memoryValue(t, x.addr), nil
		}
		if sizeOf(t) > int64(len(x.data)) {
			return x, sentence("The array has %d bytes, too few for this type.", len(x.data))
		}
		return newValue(t, x.data[:sizeOf(t)]), nil
	}
	at, err := c.integer(x)
	return memoryValue(t, tableAddr(at)), err
}

// follow dereferences a C++ reference.
func (c *Context) follow(v Value) (Value, error) {
	if v.Type == nil || strip(v.Type).Kind != Reference {
		return v, nil
	}
	v, err := c.fetch(v)
	if err != nil {
		return v, err
	}
	at := decodeInt(v.data, true).Uint64()
	return memoryValue(c.complete(strip(v.Type).Elem), tableAddr(int64(at))), nil
}

// rvalue converts arrays and functions to pointers, as C does nearly
// everywhere.
func (c *Context) rvalue(v Value) (Value, error) {
	t := strip(v.Type)
	switch t.Kind {
	case NoDebug:
		return v, unknownType(v)
	case Func:
		return pointerValue(PointerTo(v.Type), v.addr), nil
	case Array:
		if t.Vector {
			return v, nil
		}
		if v.kind != placeMemory {
			return v, sentence("evaluation of this expression would need memory in the program, which is not allocated.")
		}
		return pointerValue(PointerTo(t.Elem), v.addr), nil
	}
	return v, nil
}

func unknownType(v Value) error {
	name := v.name
	if name == "" {
		return errors.New("a symbol without debug information has unknown type; cast it to its declared type")
	}
	return fmt.Errorf("'%s' has unknown type; cast it to its declared type", name)
}

func (c *Context) truth(v Value) (bool, error) {
	v, err := c.follow(v)
	if err != nil {
		return false, err
	}
	if v, err = c.rvalue(v); err != nil {
		return false, err
	}
	if t := strip(v.Type); t.Kind == Complex {
		for _, off := range []int64{0, t.Size / 2} {
			n, err := c.number(v.slice(t.Elem, off))
			if err != nil || !n.zero() {
				return err == nil, err
			}
		}
		return false, nil
	}
	n, err := c.number(v)
	return err == nil && !n.zero(), err
}

func (c *Context) conditional(n condNode) (Value, error) {
	x, err := c.eval(n.cond)
	if err != nil {
		return x, err
	}
	yes, err := c.truth(x)
	switch {
	case err != nil:
		return x, err
	case yes:
		return c.eval(n.yes)
	}
	return c.eval(n.no)
}

func (c *Context) evalSizeof(n sizeofNode) (Value, error) {
	var t *Type
	if n.of != nil {
		r, err := c.resolve(n.of)
		if err != nil {
			return Value{}, err
		}
		t = r
	} else {
		v, err := c.typeOnly(n.x)
		if err != nil {
			return v, err
		}
		if v.kind == placeNone || v.kind == placeType || v.Type.Kind != NoDebug {
			t = v.Type
		} else {
			return v, unknownType(v)
		}
	}
	t = c.complete(t)
	if s := strip(t); s.Kind == Reference {
		t = c.complete(s.Elem)
	}
	size := sizeOf(t)
	if n.align {
		size = alignOf(t)
	}
	b := c.basics()
	if c.rust() {
		return newValue(b.rust["usize"], leave(uint64(size), 8)), nil
	}
	return newValue(b.ulong, leave(uint64(size), 8)), nil
}

// alignOf is the alignment of a type, the same on amd64 and arm64.
func alignOf(t *Type) int64 { return alignWithin(t, 0) }

func alignWithin(t *Type, depth int) int64 {
	t = strip(t)
	if t.align > 0 {
		return t.align
	}
	switch t.Kind {
	case Array:
		if t.Vector || depth > maxMembers {
			return max(t.Size, 1)
		}
		return alignWithin(t.Elem, depth+1)
	case Complex:
		return t.Size / 2
	case Struct, Union:
		most := int64(1)
		for _, f := range t.Fields() {
			if !f.Static && depth <= maxMembers {
				most = max(most, alignWithin(f.Type, depth+1))
			}
		}
		return most
	}
	return max(t.Size, 1)
}
