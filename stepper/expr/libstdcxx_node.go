package expr

import (
	"errors"
	"strconv"
	"strings"

	"rseqstep/table"
)

// afterNode is the offset of the value in a node of a container, after the node's links of that
// many bytes.
func afterNode(links int64, of *Type) table.Addr {
	align := max(alignOf(of), 1)
	return table.Addr((links + align - 1) / align * align)
}

var errCircle = errors.New("the nodes form a circle")

// chain yields the values in the nodes from one on, each of which begins with the address of the
// next one, until the node last.
func (c *Context) chain(first, last table.Addr, links int64, of *Type) func(int64, func(part) bool) error {
	offset := afterNode(links, of)
	return func(start int64, yield func(part) bool) error {
		at := first
		for n := int64(0); at != last; n++ {
			if n >= maxWalk {
				return errCircle
			}
			next, err := c.word(at)
			if err != nil {
				return err
			}
			if n >= start && !yield(numbered(n, memoryValue(of, at+offset))) {
				return nil
			}
			at = table.Addr(next)
		}
		return nil
	}
}

// stdList begins and ends with a node in the list itself, which may have the list's size.
func stdList(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	head := r.member(v, "_M_impl", "_M_node")
	next, _ := r.pointer(head, "_M_next")
	of, err := c.templateArgument(v.Type, 0)
	if r.err != nil || err != nil {
		return nil, errors.Join(r.err, err)
	}
	at := head.addr
	if head.kind != placeMemory && (head.kind != placeNone || at == 0) {
		return nil, errors.New("a list that is not in memory")
	}
	s := &shape{head: stdName(v), count: -1, each: c.chain(next, at, 16, of)}
	if r.has(head, "_M_size") {
		s.count = r.number(head, "_M_size")
	}
	if next == at {
		s.head, s.count = "empty "+s.head, 0
	}
	return s, r.err
}

func stdForwardList(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	next, _ := r.pointer(v, "_M_impl", "_M_head", "_M_next")
	of, err := c.templateArgument(v.Type, 0)
	if r.err != nil || err != nil {
		return nil, errors.Join(r.err, err)
	}
	s := &shape{head: stdName(v), count: -1, each: c.chain(next, 0, 8, of)}
	if next == 0 {
		s.head = "empty " + s.head
	}
	return s, nil
}

// stdUnorderedSet is a hash table: its nodes form a single chain.
func stdUnorderedSet(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	h := r.member(v, "_M_h")
	size := r.number(h, "_M_element_count")
	first, _ := r.pointer(h, "_M_before_begin", "_M_nxt")
	if r.err != nil {
		return nil, r.err
	}
	of, err := c.templateArgument(h.Type, 1)
	if err != nil {
		return nil, err
	}
	return &shape{head: stdName(v) + " with " + elements(size), count: size, each: c.chain(first, 0, 8, of)}, nil
}

func stdUnorderedMap(c *Context, v Value) (*shape, error) {
	s, err := stdUnorderedSet(c, v)
	if err != nil {
		return nil, err
	}
	return c.mapOf(v, s), nil
}

// stdSet is a red-black tree, whose nodes have a color and the links parent, left and right.
func stdSet(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	t := r.member(v, "_M_t")
	size := r.number(t, "_M_impl", "_M_node_count")
	first, _ := r.pointer(t, "_M_impl", "_M_header", "_M_left")
	if r.err != nil {
		return nil, r.err
	}
	of, err := c.templateArgument(t.Type, 1)
	if err != nil {
		return nil, err
	}
	s := &shape{head: stdName(v) + " with " + elements(size), count: size}
	offset := afterNode(32, of)
	s.each = func(start int64, yield func(part) bool) error {
		walk := treeWalk{c: c, at: first}
		for n := int64(0); n < size; n++ {
			if n > 0 {
				if err := walk.next(); err != nil {
					return err
				}
			}
			if n >= start && !yield(numbered(n, memoryValue(of, walk.at+offset))) {
				return nil
			}
		}
		return nil
	}
	return s, nil
}

// treeWalk goes from a node of a red-black tree to the next one in order.
type treeWalk struct {
	c     *Context
	at    table.Addr
	steps int
}

const (
	treeParent, treeLeft, treeRight = 8, 16, 24 // offsets of links
)

func (w *treeWalk) link(from table.Addr, offset table.Addr) (table.Addr, error) {
	if w.steps++; w.steps > 4*maxWalk {
		return 0, errCircle
	}
	a, err := w.c.word(from + offset)
	return table.Addr(a), err
}

func (w *treeWalk) next() error {
	right, err := w.link(w.at, treeRight)
	if err != nil {
		return err
	}
	if right != 0 {
		for w.at = right; ; {
			left, err := w.link(w.at, treeLeft)
			if err != nil || left == 0 {
				return err
			}
			w.at = left
		}
	}
	for {
		parent, err := w.link(w.at, treeParent)
		if err != nil {
			return err
		}
		right, err := w.link(parent, treeRight)
		if err != nil {
			return err
		}
		child := w.at
		if w.at = parent; right != child {
			return nil
		}
	}
}

func stdMap(c *Context, v Value) (*shape, error) {
	s, err := stdSet(c, v)
	if err != nil {
		return nil, err
	}
	return c.mapOf(v, s), nil
}

// mapOf is a container of pairs as a map.
func (c *Context) mapOf(v Value, pairs *shape) *shape {
	s := *pairs
	s.hint, s.unique = hintMap, !strings.Contains(templateName(strip(v.Type).Name), "multi")
	s.each = func(start int64, yield func(part) bool) error {
		var failed error
		err := pairs.each(start, func(p part) bool {
			r := &inside{c: c}
			if p.value, failed = c.fetch(p.value); failed != nil {
				return false
			}
			key, value := r.member(p.value, "first"), r.member(p.value, "second")
			if failed = r.err; failed != nil {
				return false
			}
			return yield(part{name: p.label(), key: key, value: value})
		})
		return errors.Join(err, failed)
	}
	s.index = func(key Value) (Value, error) { return c.atKey(&s, key) }
	return &s
}

// atKey is the first value of a map that has a key: a number, or a text.
func (c *Context) atKey(s *shape, key Value) (found Value, err error) {
	text, isText := c.textOf(key)
	number, wrong := c.integer(key)
	if !isText && wrong != nil {
		return key, sentence("Only numbers and strings can be keys here.")
	}
	ok := false
	err = s.each(0, func(p part) bool {
		if isText {
			t, is := c.textOf(p.key)
			ok = is && t == text
		} else {
			n, err := c.integer(p.key)
			ok = err == nil && n == number
		}
		found = p.value
		return !ok
	})
	if err == nil && !ok {
		err = sentence("No element with this key.")
	}
	return found, err
}

// textOf is a string's text: that of a value shown as one, a literal, or a C string.
func (c *Context) textOf(v Value) (string, bool) {
	if s, err := c.shape(v); err == nil && s != nil && s.text != nil {
		data := make([]byte, min(max(s.text.length, 0)*sizeOf(s.text.elem), maxValue))
		return string(data), c.read(s.text.at, data) == nil && c.read(s.text.at, data) == nil
	}
	switch t := strip(v.Type); {
	case t.Kind == Array && textual(t.Elem):
		full, err := c.fetch(v)
		return strings.TrimRight(string(full.data), "\x00"), err == nil
	case t.Kind == Pointer && textual(t.Elem):
		at, err := c.pointerTarget(v)
		if err != nil {
			return "", false
		}
		data, _, err := c.readString(at, sizeOf(t.Elem), maxValue)
		return string(data), err == nil
	}
	return "", false
}

// lastNumber is the number that ends a template's arguments: 10 of "bitset<10>".
func lastNumber(name string) (int64, bool) {
	_, args, _ := strings.Cut(strings.TrimRight(name, "> "), "<")
	if n := strings.LastIndexAny(args, ", )"); n >= 0 {
		args = args[n+1:]
	}
	n, err := strconv.ParseInt(strings.TrimRight(args, "uUlL"), 10, 64)
	return n, err == nil && n >= 0
}
