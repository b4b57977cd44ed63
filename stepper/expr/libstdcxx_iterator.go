package expr

import (
	"fmt"

	"rseqstep/table"
)

// libstdcxxIterator is the recogniser for an iterator: it is shown as what it points to.
func libstdcxxIterator(name string) recogniser {
	switch name {
	case "__normal_iterator":
		return iteratorOf("vector", "_M_current", pointee)
	case "_Deque_iterator":
		return iteratorOf("deque", "_M_cur", pointee)
	case "_List_iterator", "_List_const_iterator":
		return iteratorOf("list", "_M_node", afterLinks(16))
	case "_Fwd_list_iterator", "_Fwd_list_const_iterator":
		return iteratorOf("forward_list", "_M_node", afterLinks(8))
	case "_Rb_tree_iterator", "_Rb_tree_const_iterator":
		return iteratorOf("", "_M_node", afterLinks(32))
	case "_Node_iterator", "_Node_const_iterator":
		return hashIterator
	case "_Bit_iterator", "_Bit_const_iterator":
		return bitIterator
	case "_Bit_reference":
		return bitReference
	}
	return nil
}

// iteratorOf is an iterator with one pointer; in makes what it points to.
func iteratorOf(container, member string, in func(c *Context, v Value, at table.Addr, elem *Type) (Value, error)) recogniser {
	return func(c *Context, v Value) (*shape, error) {
		r := &inside{c: c}
		at, elem := r.pointer(v, member)
		switch {
		case r.err != nil:
			return nil, r.err
		case at != 0:
			to, err := in(c, v, at, elem)
			return &shape{as: &to}, err
		case container == "":
			return &shape{head: "non-dereferenceable iterator for associative container"}, nil
		}
		return &shape{head: "non-dereferenceable iterator for std::" + container}, nil
	}
}

func pointee(_ *Context, _ Value, at table.Addr, elem *Type) (Value, error) {
	return memoryValue(elem, at), nil
}

func afterLinks(links int64) func(*Context, Value, table.Addr, *Type) (Value, error) {
	return func(c *Context, v Value, at table.Addr, _ *Type) (Value, error) {
		of, err := c.templateArgument(v.Type, 0)
		if err != nil {
			return Value{}, err
		}
		return memoryValue(of, at+afterNode(links, of)), nil
	}
}

// hashIterator has no printer in gdb: it is shown by its members.
func hashIterator(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, _ := r.pointer(v, "_M_cur")
	of, err := c.templateArgument(v.Type, 0)
	if r.err != nil || err != nil || at == 0 {
		return nil, fmt.Errorf("an iterator of another kind")
	}
	to := memoryValue(of, at+afterNode(8, of))
	return &shape{plain: true, as: &to}, nil
}

func bitIterator(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, _ := r.pointer(v, "_M_p")
	offset := r.number(v, "_M_offset")
	if r.err != nil {
		return nil, r.err
	}
	if at == 0 {
		return &shape{head: "non-dereferenceable iterator for std::vector<bool>"}, nil
	}
	to := c.bit(at, offset)
	return &shape{as: &to}, nil
}

func bitReference(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, _ := r.pointer(v, "_M_p")
	mask := uint64(r.number(v, "_M_mask"))
	if r.err != nil {
		return nil, r.err
	}
	if at == 0 {
		return &shape{head: "invalid std::vector<bool>::reference"}, nil
	}
	word, err := c.word(at)
	to := newValue(c.basics().cppBool, leave(truth64(word&mask != 0), 1))
	return &shape{as: &to}, err
}
