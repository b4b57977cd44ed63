package expr

import (
	"fmt"

	"rseqstep/table"
)

func stdVector(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	impl := r.member(v, "_M_impl")
	if of, err := c.templateArgument(v.Type, 0); err == nil && strip(of).Kind == Bool {
		return stdVectorOfBool(r, v, impl)
	}
	start, elem, size := r.elements(impl, "_M_start")
	finish, _ := r.pointer(impl, "_M_finish")
	end, _ := r.pointer(impl, "_M_end_of_storage")
	length := int64(finish-start) / size
	s := c.contiguous(start, elem, length)
	s.head = fmt.Sprintf("%s of length %d, capacity %d", stdName(v), length, int64(end-start)/size)
	s.method = func(name string) (Value, bool, error) {
		switch name {
		case "capacity":
			return c.unsigned(int64(end-start) / size), true, nil
		case "data":
			return pointerValue(PointerTo(elem), start), true, nil
		}
		return Value{}, false, nil
	}
	return s, r.err
}

// contiguous is the shape of elements that lie one after the other.
func (c *Context) contiguous(at table.Addr, elem *Type, length int64) *shape {
	return &shape{hint: hintArray, count: length, each: c.run(elem, at, length)}
}

// stdVectorOfBool has its elements in the bits of words.
func stdVectorOfBool(r *inside, v, impl Value) (*shape, error) {
	c := r.c
	start, _, size := r.elements(impl, "_M_start", "_M_p")
	finish, _ := r.pointer(impl, "_M_finish", "_M_p")
	length := 8*int64(finish-start)/size*size + r.number(impl, "_M_finish", "_M_offset")
	end, _ := r.pointer(impl, "_M_end_of_storage")
	s := &shape{hint: hintArray, count: length}
	s.head = fmt.Sprintf("%s<bool> of length %d, capacity %d", stdName(v), length, 8*int64(end-start)/size*size)
	s.each = func(first int64, yield func(part) bool) error {
		for n := max(first, 0); n < length; n++ {
			if !yield(numbered(n, c.bit(start, n))) {
				return nil
			}
		}
		return nil
	}
	return s, r.err
}

// bit is bit n of the words at an address.
func (c *Context) bit(at table.Addr, n int64) Value {
	v := memoryValue(c.basics().cppBool, at+table.Addr(n/8))
	v.bitOff, v.bitSize = int(n%8), 1
	return v
}

func stdArray(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	in := r.member(v, "_M_elems")
	t := strip(in.Type)
	if r.err != nil || t.Kind != Array { // an array of no elements has none
		return nil, r.err
	}
	elem := c.complete(t.Elem)
	s := &shape{plain: true, hint: hintArray, count: t.Count}
	s.each = func(first int64, yield func(part) bool) error {
		for n := max(first, 0); n < t.Count; n++ {
			if !yield(numbered(n, in.slice(elem, n*sizeOf(elem)))) {
				return nil
			}
		}
		return nil
	}
	return s, nil
}

func stdInitializerList(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, elem, _ := r.elements(v, "_M_array")
	length := r.number(v, "_M_len")
	s := c.contiguous(at, elem, length)
	s.head = fmt.Sprintf("%s of length %d", stdName(v), length)
	return s, r.err
}

// stdSpan has its length as a member unless the length is a part of its type, after the elements'.
func stdSpan(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, elem, _ := r.elements(v, "_M_ptr")
	extent := r.member(v, "_M_extent")
	length := int64(0)
	if r.has(extent, "_M_extent_value") {
		length = r.number(extent, "_M_extent_value")
	} else if n, ok := lastNumber(strip(v.Type).Name); ok {
		length = n
	} else if r.err == nil {
		r.err = fmt.Errorf("a span of no length")
	}
	s := c.contiguous(at, elem, length)
	s.head = fmt.Sprintf("%s of length %d", stdName(v), length)
	return s, r.err
}

// stdDeque has its elements in buffers of 512 bytes, or one in each if they are larger, and an
// array of pointers to the buffers.
func stdDeque(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	start, finish := r.member(v, "_M_impl", "_M_start"), r.member(v, "_M_impl", "_M_finish")
	cur, elem, size := r.elements(start, "_M_cur")
	first, _ := r.pointer(start, "_M_first")
	last, _ := r.pointer(start, "_M_last")
	node, _ := r.pointer(start, "_M_node")
	endCur, _ := r.pointer(finish, "_M_cur")
	endFirst, _ := r.pointer(finish, "_M_first")
	endNode, _ := r.pointer(finish, "_M_node")
	if r.err != nil {
		return nil, r.err
	}
	buffer := max(512/size, 1)
	length := buffer*(int64(endNode-node)/8-1) + int64(last-cur)/size + int64(endCur-endFirst)/size
	skip := int64(cur-first) / size
	s := &shape{head: fmt.Sprintf("%s with %s", stdName(v), elements(length)), hint: hintArray, count: length}
	s.each = func(from int64, yield func(part) bool) error {
		more := true
		for n := max(from, 0); n < length && more; {
			at, err := c.word(node + table.Addr((skip+n)/buffer*8))
			if err != nil {
				return err
			}
			inBuffer := (skip + n) % buffer
			count := min(buffer-inBuffer, length-n)
			err = c.run(elem, table.Addr(at)+table.Addr(inBuffer*size), count)(0, func(p part) bool {
				more = yield(numbered(n, p.value))
				n++
				return more
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	return s, nil
}

// stdBitset shows the bits that are set.
func stdBitset(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	s := &shape{head: stdName(v), count: -1}
	size, known := lastNumber(strip(v.Type).Name)
	if !known {
		return nil, fmt.Errorf("a bitset of no size")
	}
	if !r.has(v, "_M_w") { // of no bits
		return s, nil
	}
	words := r.member(v, "_M_w")
	if sizeOf(words.Type) > maxValue {
		return nil, fmt.Errorf("a bitset that is too large")
	}
	bit := func(n int64) Value {
		b := words.slice(c.basics().cppBool, n/8)
		full, err := c.fetch(b)
		if err == nil {
			b = newValue(b.Type, leave(uint64(full.data[0]>>(n%8)&1), 1))
		}
		if at, ok := words.Addr(); ok {
			data := b.data
			b = c.bit(at, n)
			b.data, b.have = data, err == nil
		}
		return b
	}
	s.each = func(first int64, yield func(part) bool) error {
		for n := int64(0); n < min(size, 8*sizeOf(words.Type)); n++ {
			b, err := c.integer(bit(n))
			if err != nil {
				return err
			}
			if first -= b; b == 1 && first < 0 && !yield(numbered(n, newValue(c.basics().int, leave(1, 4)))) {
				return nil
			}
		}
		return nil
	}
	s.index = func(key Value) (Value, error) {
		n, err := c.integer(key)
		if err == nil && (n < 0 || n >= size) {
			err = fmt.Errorf("no bit %d in a bitset of %d", n, size)
		}
		if err != nil {
			return key, err
		}
		return bit(n), nil
	}
	s.method = func(name string) (Value, bool, error) {
		switch name {
		case "size":
			return c.unsigned(size), true, nil
		case "count":
			return c.unsigned(s.parts()), true, nil
		}
		return Value{}, false, nil
	}
	return s, r.err
}

// stdAdapter is a stack or queue: its member c is a container.
func stdAdapter(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	in := r.member(v, "c")
	if r.err != nil {
		return nil, r.err
	}
	s, err := c.shape(in)
	if s == nil {
		return nil, err
	}
	a := *s
	a.head = stdName(v) + " wrapping: " + s.head
	name := templateName(strip(v.Type).Name)
	a.each, a.hinted = stepsFrom(s.each, "(%s).c"), true
	a.method = func(method string) (Value, bool, error) {
		if method != "top" {
			return Value{}, false, nil
		}
		n := int64(0)
		if name == "stack" {
			n = s.parts() - 1
		}
		x, err := s.element(n)
		return x, true, err
	}
	return &a, nil
}

// stepsFrom are parts whose steps begin at a part of the value.
func stepsFrom(each func(int64, func(part) bool) error, step string) func(int64, func(part) bool) error {
	if each == nil {
		return nil
	}
	return func(start int64, yield func(part) bool) error {
		return each(start, func(p part) bool {
			return yield(part{name: p.label(), step: stepWithin(p.path(), step), key: p.key, value: p.value})
		})
	}
}
