package expr

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// shape is a value as its library means it: a container as its elements, a string as its text, a
// smart pointer as what it holds. It reads the program's memory no further than it is asked to, as
// that may hold anything: each stops when its caller has seen enough.
type shape struct {
	head    string // before the parts: "std::vector of length 3, capacity 4"; "" for none
	hint    hint
	members bool // the parts have names of their own, not numbers or keys
	hinted  bool // hintMembers was chosen: what holds the value shows its parts so, too
	unique  bool // hintMap: no two keys are the same

	text  *shapeText // the value is shown as a text; its parts are characters
	as    *Value     // the value is shown as this one: an iterator as what it points to
	plain bool       // the value is shown by its members: the shape is for expressions

	// count is how many parts each yields, as the value says; -1: unknown, see parts.
	count int64
	// each yields the parts from number start on, in order, until yield returns false. nil: no parts.
	each func(start int64, yield func(part) bool) error

	// target is what unary "*" and "->" lead to, index what a subscript does, if it is not the part
	// with that number. method is a member function without arguments that needs no call of the
	// program, ok whether there is one of that name. All may be nil.
	target func() (Value, error)
	index  func(key Value) (Value, error)
	method func(name string) (v Value, ok bool, err error)
}

// hint is how the parts of a shape are shown: gdb's display_hint of a pretty-printer.
type hint int

const (
	hintMembers hint = iota // {name = value, …}
	hintArray               // {value, …}
	hintMap                 // {[key] = value, …}
)

// shapeText is a text of length characters of type elem at an address.
type shapeText struct {
	at     table.Addr
	length int64
	elem   *Type
}

// part is one part of a shape: element number n, or one with a name and a step as in Child. A step
// of "" is none: then the part's address names it.
type part struct {
	element bool
	n       int64
	name    string
	step    string

	key   Value // hintMap: its key; no type otherwise
	value Value
}

// numbered is a part that a subscript leads to.
func numbered(n int64, v Value) part { return part{element: true, n: n, value: v} }

// label is the part's name, path its step.
func (p part) label() string {
	if p.element {
		return fmt.Sprintf("[%d]", p.n)
	}
	return p.name
}

func (p part) path() string {
	if p.element {
		return fmt.Sprintf("(%%s)[%d]", p.n)
	}
	return p.step
}

// recogniser makes the shape of a value whose type it is for. A *MemoryError says what could not
// be read; any other error that the value is not made as the recogniser knows it, and is shown
// by its members.
type recogniser func(c *Context, v Value) (*shape, error)

// recogniserOf finds the recogniser for a struct or union by its language and name; nil if there
// is none.
func recogniserOf(t *Type) recogniser {
	switch t.info.language(t.die) {
	case langCpp, langCpp03, langCpp11, langCpp14, langCpp17, langCpp20:
		return libstdcxx(t)
	case langRust:
		return rustStd(t)
	}
	return nil
}

// shape is the shape of a value, or of what a reference refers to; nil if it has none.
func (c *Context) shape(v Value) (*shape, error) {
	if v.Type == nil || v.lost {
		return nil, nil
	}
	v.Type = c.complete(v.Type)
	t := strip(v.Type)
	if t.Kind == Reference {
		if r := c.recogniser(strip(c.complete(t.Elem))); r == nil {
			return nil, nil
		}
		to, err := c.follow(v)
		if err != nil {
			return nil, nil
		}
		v, t = to, strip(to.Type)
	}
	r := c.recogniser(t)
	if r == nil {
		return nil, nil
	}
	full, err := c.fetch(v)
	switch {
	case err == nil:
		v = full
	case v.kind != placePieces: // the members show why
		return nil, nil
	}
	s, err := r(c, v)
	if m := (*MemoryError)(nil); err != nil && !errors.As(err, &m) {
		return nil, nil
	}
	return s, err
}

// recogniser is recogniserOf, asked once for each type.
func (c *Context) recogniser(t *Type) recogniser {
	if t.Kind != Struct && t.Kind != Union || t.info == nil || t.die == 0 || t.Incomplete {
		return nil
	}
	r, ok := c.Session.recognised[t]
	if !ok {
		r = recogniserOf(t)
		c.Session.recognised[t] = r
	}
	return r
}

// maxWalk bounds the steps from one node of a container to the next: a corrupt one may be a
// circle.
const maxWalk = 1 << 18

// parts are the number of parts, counted if the value does not say it, at most maxWalk.
func (s *shape) parts() (n int64) {
	if s.each == nil {
		return 0
	}
	if n = s.count; n < 0 {
		n = 0
		_ = s.each(0, func(part) bool { n++; return n < maxWalk })
	}
	return min(n, maxWalk)
}

// some are at most count parts from number start on.
func (s *shape) some(start, count int64) (list []part, err error) {
	if s.each == nil || count <= 0 || start < 0 {
		return nil, nil
	}
	err = s.each(start, func(p part) bool {
		list = append(list, p)
		return int64(len(list)) < count
	})
	return list, err
}

// run yields the count elements of type elem that lie one after the other at an address.
// It reads several at a time.
func (c *Context) run(elem *Type, at table.Addr, count int64) func(start int64, yield func(part) bool) error {
	const chunk = 4096 // bytes: a page
	size := sizeOf(elem)
	return func(start int64, yield func(part) bool) error {
		var window Value
		first, read := int64(0), int64(0) // the window's elements
		for n := max(start, 0); n < count; n++ {
			if n >= first+read {
				first, read = n, min(max(chunk/max(size, 1), 1), count-n)
				window = memoryValue(ArrayOf(elem, read), at+table.Addr(n*size))
				if full, err := c.fetch(window); err == nil {
					window = full
				}
			}
			if !yield(numbered(n, window.slice(elem, (n-first)*size))) {
				return nil
			}
		}
		return nil
	}
}
