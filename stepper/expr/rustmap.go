package expr

import (
	"fmt"
	"math/bits"
	"strings"

	"rseqstep/table"
)

// mapShape is the shape of a map, or of a set of its keys. walk yields keys and values.
func (c *Context) mapShape(name string, length int64, set bool, walk func(yield func(key, value Value) bool) error) *shape {
	s := &shape{hint: hintMap, head: fmt.Sprintf("%s(size=%d)", name, length), count: length, method: c.lengths(length)}
	if set {
		s.hint = hintArray
	}
	s.each = func(start int64, yield func(part) bool) error {
		n := int64(0)
		return walk(func(key, value Value) bool {
			n++
			switch {
			case n > length:
				return false
			case n <= start:
				return true
			case set:
				return yield(part{name: fmt.Sprintf("[%d]", n-1), value: key})
			}
			return yield(part{key: key, value: value})
		})
	}
	s.index = func(key Value) (Value, error) {
		return key, sentence("A %s has no numbers for its elements.", name)
	}
	return s
}

func rustHashMap(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	return r.hashed("HashMap", r.member(v, "base"), false)
}

func rustHashSet(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	if has(v, "base") {
		return r.hashed("HashSet", r.member(v, "base", "map"), true)
	}
	return r.hashed("HashSet", r.member(v, "map", "base"), true)
}

// maxBuckets bounds the buckets that are searched for elements: corrupt memory may have any number
// of them, all empty.
const maxBuckets = 1 << 26

// hashed is a HashMap of the crate hashbrown: an array of control bytes, whose highest bit is clear
// for a used bucket, and before it, downwards, the buckets.
func (r *inside) hashed(name string, v Value, set bool) (*shape, error) {
	c := r.c
	raw := r.member(v, "table")
	pair := r.argument(raw, 0)
	inner := r.member(raw, "table")
	ctrl, _ := r.thin(inner, "ctrl")
	mask, items := r.count(inner, "bucket_mask"), r.count(inner, "items")
	size := sizeOf(pair)
	if r.err == nil && (bits.OnesCount64(uint64(mask)+1) != 1 || items > mask+1 || has(inner, "data") || !pair.tuple() || len(pair.Fields()) != 2) {
		r.err = errRustForm
	}
	if r.err != nil {
		return nil, r.err
	}
	return c.mapShape(name, items, set, func(yield func(key, value Value) bool) error {
		window := make([]byte, min(mask+1, 4096))
		for n, left := int64(0), items; n <= mask && left > 0; n++ {
			k := n % int64(len(window))
			if k == 0 {
				if n >= maxBuckets {
					return fmt.Errorf("%d elements are beyond %d buckets", left, n)
				}
				if err := c.read(ctrl+table.Addr(n), window); err != nil {
					return err
				}
			}
			if window[k]&0x80 != 0 {
				continue
			}
			left--
			bucket := memoryValue(pair, ctrl-table.Addr((n+1)*size))
			key, err := c.field(bucket, pair.Fields()[0])
			if err != nil {
				return err
			}
			value, err := c.field(bucket, pair.Fields()[1])
			if err != nil || !yield(key, value) {
				return err
			}
		}
		return nil
	}), nil
}

func rustTreeMap(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	return r.tree("BTreeMap", v, false)
}

func rustTreeSet(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	return r.tree("BTreeSet", r.member(v, "map"), true)
}

// btree is a B-tree that is walked.
type btree struct {
	r              *inside
	key, value     *Type
	leaf, internal *Type
	yield          func(key, value Value) bool
	visits         int
}

// maxHeight is more than a B-tree of Rust can have: its nodes have at least five elements.
const maxHeight = 30

// tree is a BTreeMap: a root with its height above the leaves.
func (r *inside) tree(name string, v Value, set bool) (*shape, error) {
	c := r.c
	w := &btree{r: r, key: strip(r.argument(v, 0)), value: strip(r.argument(v, 1))}
	length := r.count(v, "length")
	empty := c.mapShape(name, 0, set, func(func(key, value Value) bool) error { return nil })
	if length == 0 || r.err != nil {
		return empty, r.err
	}
	root, err := c.active(r.member(v, "root")) // Some
	if err != nil || r.err != nil {
		return nil, errRustForm
	}
	root = r.member(root, "__0")
	height := r.count(root, "height")
	node, leaf := r.thin(root, "node")
	w.leaf = strip(leaf)
	if r.err == nil && (height > maxHeight || !strings.HasPrefix(w.leaf.Name, "LeafNode<")) {
		r.err = errRustForm
	}
	if r.err == nil && height > 0 {
		t, ok := c.namedType(w.leaf.scope() + strings.Replace(w.leaf.Name, "LeafNode<", "InternalNode<", 1))
		if w.internal = t; !ok {
			r.err = errRustForm
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return c.mapShape(name, length, set, func(yield func(key, value Value) bool) error {
		walk := *w
		walk.r, walk.yield = &inside{c: c}, yield
		walk.node(node, height)
		return walk.r.err
	}), nil
}

// node yields the elements of a node and of those below it; false to stop.
func (w *btree) node(at table.Addr, height int64) bool {
	if w.visits++; w.visits > maxWalk {
		return false
	}
	r := w.r
	leaf := memoryValue(w.leaf, at)
	keys, values, n := r.member(leaf, "keys"), r.member(leaf, "vals"), r.number(leaf, "len")
	var edges Value
	if height > 0 {
		edges = r.member(memoryValue(w.internal, at), "edges")
	}
	if r.err == nil && (n > strip(keys.Type).Count || height > 0 && n+1 > strip(edges.Type).Count) {
		r.err = fmt.Errorf("a node of %d elements", n)
	}
	for i := int64(0); r.err == nil && i <= n; i++ {
		if height > 0 {
			below, _ := r.thin(r.element(edges, i))
			if r.err != nil || !w.node(below, height-1) {
				return false
			}
		}
		if i < n {
			key, value := r.to(r.element(keys, i), w.key), r.to(r.element(values, i), w.value)
			if r.err != nil || !w.yield(key, value) {
				return false
			}
		}
	}
	return r.err == nil
}

// element is one of an array's; a MaybeUninit as what it is for.
func (r *inside) element(array Value, n int64) Value {
	if r.err != nil {
		return array
	}
	t := strip(array.Type)
	if t.Kind != Array || n < 0 || n >= t.Count {
		r.err = errRustForm
		return array
	}
	v := array.slice(r.c.complete(t.Elem), n*sizeOf(t.Elem))
	if u := strip(v.Type); u.Kind == Union && has(v, "value") {
		v = r.member(v, "value")
	}
	return v
}
