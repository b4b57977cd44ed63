package expr

import (
	"errors"
	"fmt"
	"strings"
)

func stdPair(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	list := []part{{name: "first", value: r.member(v, "first"), step: "(%s).first"}, {name: "second", value: r.member(v, "second"), step: "(%s).second"}}
	return fewParts("", list...), r.err
}

// fewParts is the shape of a value with few parts, which have names.
func fewParts(head string, list ...part) *shape {
	s := &shape{head: head, members: true, count: int64(len(list))}
	s.each = func(start int64, yield func(part) bool) error {
		for _, p := range list[min(start, s.count):] {
			if !yield(p) {
				break
			}
		}
		return nil
	}
	return s
}

func stdTuple(c *Context, v Value) (*shape, error) {
	list, err := c.tuple(v)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return &shape{head: "empty " + stdName(v)}, nil
	}
	var parts []part
	for n, x := range list {
		parts = append(parts, part{name: fmt.Sprintf("[%d]", n+1), value: x}) // gdb's printers count from 1
	}
	return fewParts(stdName(v)+" containing", parts...), nil
}

// tuple are a tuple's elements. Each _Tuple_impl has two bases: a _Head_base with an element, or
// which is one without members, and the _Tuple_impl of the elements after it.
func (c *Context) tuple(v Value) (list []Value, err error) {
	for depth := 0; depth < maxNesting; depth++ {
		t, rest := strip(c.complete(v.Type)), Value{}
		for _, f := range t.Fields() {
			if !f.Base {
				continue
			}
			base, err := c.field(v, f)
			if err != nil {
				return nil, err
			}
			switch templateName(strip(base.Type).Name) {
			case "_Tuple_impl":
				rest = base
			case "_Head_base":
				head, ok, err := c.findMember(base, "_M_head_impl", 0)
				if err != nil {
					return nil, err
				}
				if in := strip(base.Type).Fields(); !ok && len(in) == 1 && in[0].Base {
					head, err = c.field(base, in[0])
					ok = err == nil
				}
				if !ok {
					return nil, errors.New("a tuple of another kind")
				}
				list = append(list, head)
			}
		}
		if rest.Type == nil {
			return list, nil
		}
		v = rest
	}
	return nil, errors.New("a tuple without end")
}

// stdUniquePtr has its pointer and its deleter in a tuple, _M_t, which newer libraries wrap once
// more.
func stdUniquePtr(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	in := r.member(v, "_M_t")
	if r.has(in, "_M_t") {
		in = r.member(in, "_M_t")
	}
	of, err := c.templateArgument(v.Type, 0)
	if r.err != nil || err != nil {
		return nil, errors.Join(r.err, err)
	}
	list, err := c.tuple(in)
	if err != nil || len(list) == 0 {
		return nil, errors.Join(errors.New("a unique_ptr of another kind"), err)
	}
	return c.smart(fmt.Sprintf("%s<%s>", stdName(v), of), list[0]), nil
}

// smart is the shape of a smart pointer.
func (c *Context) smart(head string, pointer Value) *shape {
	if t := strip(pointer.Type); t.Kind == Pointer {
		pointer.Type = t
	}
	s := fewParts(head, part{name: "get()", value: pointer, step: "(%s).get()"})
	s.target = func() (Value, error) { return c.deref(pointer) }
	s.index = func(key Value) (Value, error) {
		p, err := c.movePointer(pointer, key, false)
		if err != nil {
			return p, err
		}
		return c.deref(p)
	}
	s.method = func(name string) (Value, bool, error) { return pointer, name == "get", nil }
	return s
}

// stdSharedPtr has its counts in a block that _M_refcount points to. All shared_ptr together are
// one weak reference.
func stdSharedPtr(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	pointer := r.member(v, "_M_ptr")
	counts := r.member(v, "_M_refcount", "_M_pi")
	block, class := r.pointer(counts)
	of, err := c.templateArgument(v.Type, 0)
	if r.err != nil || err != nil {
		return nil, errors.Join(r.err, err)
	}
	state, uses := "empty", int64(0)
	if block != 0 {
		b := memoryValue(class, block)
		uses = r.number(b, "_M_use_count")
		weak := r.number(b, "_M_weak_count")
		if state = fmt.Sprintf("use count %d, weak count %d", uses, weak-1); uses == 0 {
			state = fmt.Sprintf("expired, weak count %d", weak)
		}
	}
	s := c.smart(fmt.Sprintf("%s<%s> (%s)", stdName(v), of, state), pointer)
	weak := strings.HasSuffix(stdName(v), "weak_ptr")
	s.method = func(name string) (Value, bool, error) {
		switch {
		case name == "use_count":
			return newValue(c.basics().long, leave(uint64(uses), 8)), true, nil
		case name == "expired" && weak:
			return c.boolean(uses == 0), true, nil
		}
		return pointer, name == "get", nil // weak_ptr has none: so its part has an expression
	}
	return s, r.err
}

// holding is the shape of a value that may hold one other: as that one if it has parts, or with it
// as its only part.
func (c *Context) holding(head string, held Value, hint hint, step string) *shape {
	in, err := c.shape(held)
	if err == nil && in != nil && !in.plain && in.text == nil && in.as == nil {
		s := *in
		s.method, s.index, s.unique = nil, nil, false
		if s.head = head; in.head != "" {
			s.head = head + " containing " + in.head
		}
		s.each = stepsFrom(in.each, step)
		if s.hint == hintMembers && !s.hinted {
			s.hint = hint
		}
		s.hinted = true
		return &s
	}
	s := fewParts(head, part{name: "[contained value]", value: held, step: step})
	s.hint, s.hinted = hint, true
	return s
}

func stdOptional(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	payload := r.member(v, "_M_payload")
	engaged := r.number(payload, "_M_engaged")
	held := r.member(payload, "_M_payload")
	if r.has(held, "_M_value") { // since GCC 9
		held = r.member(held, "_M_value")
	}
	of, err := c.templateArgument(v.Type, 0)
	if r.err != nil || err != nil {
		return nil, errors.Join(r.err, err)
	}
	head := fmt.Sprintf("%s<%s>", stdName(v), argumentItself(of))
	s := &shape{head: head + " [no contained value]"}
	none := sentence("The optional has no value.")
	if engaged != 0 {
		s, none = c.holding(head, held, hintMembers, "*(%s)"), nil
	}
	s.members = true
	s.target = func() (Value, error) { return held, none }
	s.method = func(name string) (Value, bool, error) {
		switch name {
		case "has_value":
			return c.boolean(engaged != 0), true, nil
		case "value":
			return held, true, none
		}
		return Value{}, false, nil
	}
	return s, nil
}

// stdVariant has the number of its alternative, which begins where the union of all does.
func stdVariant(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	index := r.number(v, "_M_index")
	storage := r.member(v, "_M_u")
	if r.err != nil {
		return nil, r.err
	}
	var names []string
	alternatives := strip(v.Type).pack
	for _, a := range alternatives {
		names = append(names, argumentItself(c.complete(a)))
	}
	head := fmt.Sprintf("%s<%s>", stdName(v), strings.Join(names, ", "))
	s := &shape{head: head + " [no contained value]"}
	if index >= 0 && index < int64(len(alternatives)) {
		held := storage.slice(c.complete(alternatives[index]), 0)
		s = c.holding(fmt.Sprintf("%s [index %d]", head, index), held, hintArray, "")
	}
	s.members = true
	s.method = func(name string) (Value, bool, error) {
		return c.unsigned(index), name == "index", nil
	}
	return s, nil
}

// stdAtomic shows the value of an atomic of a plain type.
func stdAtomic(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	of, err := c.templateArgument(v.Type, 0)
	if err != nil {
		return nil, err
	}
	var held Value
	switch k := strip(of).Kind; {
	case k == Float && r.has(v, "_M_fp"): // C++20's
		held = r.member(v, "_M_fp")
	case k == Pointer:
		held = r.member(v, "_M_b", "_M_p")
	case k == Bool:
		held = r.member(v, "_M_base", "_M_i")
	default:
		held = r.member(v, "_M_i")
	}
	if r.err != nil {
		return nil, r.err
	}
	s := &shape{head: fmt.Sprintf("%s<%s> = { %s }", stdName(v), of, c.Text(Variable{Value: held}, Format{}))}
	s.method = func(name string) (Value, bool, error) { return held, name == "load", nil }
	return s, nil
}
