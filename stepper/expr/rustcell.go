package expr

import (
	"fmt"
	"strings"
)

// namedParts are parts with names.
func namedParts(list ...part) func(start int64, yield func(part) bool) error {
	return func(start int64, yield func(part) bool) error {
		for _, p := range list[min(int(max(start, 0)), len(list)):] {
			if !yield(p) {
				break
			}
		}
		return nil
	}
}

// rustRc is an Rc or an Arc: a pointer to the counts and the value. Weak pointers are counted with
// one for all strong ones together.
func rustRc(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	name, value := "Rc", "value"
	if strings.HasPrefix(strip(v.Type).Name, "Arc") {
		name, value = "Arc", "data"
	}
	at, box := r.thin(v, "ptr")
	if r.err != nil {
		return nil, r.err
	}
	in := memoryValue(box, at)
	strong, weak := r.count(in, "strong"), r.count(in, "weak")
	held := r.member(in, value)
	usize := c.basics().rust["usize"]
	count := func(n int64) Value { return newValue(usize, leave(uint64(n), 8)) }
	s := &shape{members: true, head: fmt.Sprintf("%s(strong=%d, weak=%d)", name, strong, weak-1), count: 3,
		each: namedParts(part{name: "value", value: held, step: "*(%s)"}, part{name: "strong", value: count(strong)}, part{name: "weak", value: count(weak - 1)})}
	s.target = func() (Value, error) { return held, nil }
	return s, r.err
}

func rustCell(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	value := r.member(v, "value", "value")
	return &shape{members: true, head: "Cell", count: 1, each: namedParts(part{name: "value", value: value, step: "(%s).value.value"})}, r.err
}

// borrowed is the head of a RefCell or a Ref: how often it is borrowed, negative for mutably.
func borrowed(name string, n int64) string {
	if n < 0 {
		return fmt.Sprintf("%s(borrow_mut=%d)", name, -n)
	}
	return fmt.Sprintf("%s(borrow=%d)", name, n)
}

func rustRefCell(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	value, count := r.member(v, "value", "value"), r.unwrapped(r.member(v, "borrow"))
	return &shape{members: true, head: borrowed("RefCell", r.number(count)), count: 2, each: namedParts(
		part{name: "value", value: value, step: "(%s).value.value"}, part{name: "borrow", value: count})}, r.err
}

// rustRef is a Ref or a RefMut: a pointer to the value and one to the RefCell's count.
func rustRef(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	at, elem := r.thin(v, "value")
	cell, counter := r.thin(v, "borrow", "borrow")
	if r.err != nil {
		return nil, r.err
	}
	value, count := memoryValue(elem, at), r.unwrapped(memoryValue(counter, cell))
	s := &shape{members: true, head: borrowed("Ref", r.number(count)), count: 2, each: namedParts(
		part{name: "*value", value: value, step: "*(%s)"}, part{name: "borrow", value: count})}
	s.target = func() (Value, error) { return value, nil }
	return s, r.err
}

// rustNonZero is a number that is not zero.
func rustNonZero(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	n := r.unwrapped(v)
	if r.err == nil && !n.Type.isInteger() {
		r.err = errRustForm
	}
	return &shape{as: &n}, r.err
}
