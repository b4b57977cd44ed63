package expr

import (
	"fmt"

	"rseqstep/table"
)

func stdVector(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	impl := r.member(v, "_M_impl")
	start, elem := r.pointer(impl, "_M_start")
	finish, _ := r.pointer(impl, "_M_finish")
	end, _ := r.pointer(impl, "_M_end_of_storage")
	size := sizeOf(elem)
	if r.err == nil && size <= 0 {
		r.err = fmt.Errorf("elements of no size")
	}
	if r.err != nil {
		return nil, r.err
	}
	length := int64(finish-start) / size
	s := &shape{hint: hintArray, count: length, each: c.run(elem, start, length), methods: c.sized(length)}
	s.head = fmt.Sprintf("%s of length %d, capacity %d", stdName(strip(v.Type)), length, int64(end-start)/size)
	return s, nil
}

// stdString is a std::string of the new ABI, whose length is a member, or of the old one, where a
// header before the characters has it (_Rep_base: length, capacity, reference count).
func stdString(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, elem := r.pointer(v, "_M_dataplus", "_M_p")
	var length int64
	if _, ok, err := c.findMember(v, "_M_string_length", 0); ok || err != nil {
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
	length := r.number(v, "_M_len")
	return c.textShape(at, length, elem), r.err
}

// textShape is the shape of a string.
func (c *Context) textShape(at table.Addr, length int64, elem *Type) *shape {
	chars := elem
	if t := characterType(elem); t != nil {
		chars = t
	}
	s := &shape{hint: hintArray, count: length, each: c.run(elem, at, length), text: &shapeText{at, length, chars}, methods: c.sized(length)}
	s.methods["length"] = s.methods["size"]
	return s
}
