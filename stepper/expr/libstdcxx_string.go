package expr

import (
	"rseqstep/table"
)

// stdString is a std::string of the new ABI, whose length is a member, or of the old one, where a
// header before the characters has it (_Rep_base: length, capacity, reference count).
func stdString(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	data := r.member(v, "_M_dataplus")
	if of, err := c.templateArgument(v.Type, 0); err == nil && r.err == nil && strip(data.Type).Incomplete {
		// clang leaves the class to the library's debug information. The pointer is all of it:
		// the allocator has no members.
		data = data.slice(PointerTo(of), 0)
	} else {
		data = r.member(data, "_M_p")
	}
	at, elem := r.pointer(data)
	var length int64
	if r.has(v, "_M_string_length") {
		length = r.number(v, "_M_string_length")
	} else if r.err == nil {
		var n uint64
		n, r.err = c.word(at - 24)
		length = int64(n)
	}
	return c.textShape(at, length, elem), r.err
}

func stdStringView(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, elem := r.pointer(v, "_M_str")
	return c.textShape(at, r.number(v, "_M_len"), elem), r.err
}

// textShape is the shape of a string.
func (c *Context) textShape(at table.Addr, length int64, elem *Type) *shape {
	chars := elem
	if t := characterType(elem); t != nil {
		chars = t
	}
	s := c.contiguous(at, elem, length)
	s.text = &shapeText{at, length, chars}
	s.method = func(name string) (Value, bool, error) {
		switch name {
		case "length":
			return c.unsigned(length), true, nil
		case "c_str", "data":
			constant := &Type{Kind: Qualified, Const: true, Elem: elem, Size: sizeOf(elem), info: elem.info}
			return pointerValue(PointerTo(constant), at), true, nil
		}
		return Value{}, false, nil
	}
	return s
}
