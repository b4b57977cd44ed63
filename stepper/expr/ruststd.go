package expr

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/table"
)

// rustStd is the recogniser for a type of Rust's library. Members are found by their names, which
// change between versions: each recogniser knows those since Rust 1.60. A value that is made
// otherwise is shown by its members.
func rustStd(t *Type) recogniser {
	in, r := rustStdType(templateName(t.Name))
	if r == nil || !strings.HasPrefix(t.scope(), in) {
		return nil
	}
	return r
}

// rustStdType is a type's recogniser and the path it is in, by its name without arguments.
func rustStdType(name string) (in string, _ recogniser) {
	switch name {
	case "String":
		return "alloc::string::", rustString
	case "OsString":
		return "std::ffi::", rustOsString
	case "PathBuf":
		return "std::path::", rustPathBuf
	case "Vec":
		return "alloc::vec::", rustVec
	case "VecDeque":
		return "alloc::collections::", rustDeque
	case "BTreeMap":
		return "alloc::collections::", rustTreeMap
	case "BTreeSet":
		return "alloc::collections::", rustTreeSet
	case "HashMap":
		return "std::collections::", rustHashMap
	case "HashSet":
		return "std::collections::", rustHashSet
	case "Rc":
		return "alloc::rc::", rustRc
	case "Arc":
		return "alloc::sync::", rustRc
	case "Cell":
		return "core::cell::", rustCell
	case "RefCell":
		return "core::cell::", rustRefCell
	case "Ref", "RefMut":
		return "core::cell::", rustRef
	}
	if strings.HasPrefix(name, "NonZero") {
		return "core::num::", rustNonZero
	}
	return "", nil
}

// errRustForm says that a value is not made as its recogniser knows it.
var errRustForm = errors.New("not the known form of Rust's library")

// has reports whether a value has a member.
func has(v Value, name string) bool {
	for _, f := range strip(v.Type).Fields() {
		if f.Name == name {
			return true
		}
	}
	return false
}

// unwrapped is what a value is as long as it is a structure with one field that has a size:
// Rust's types that only add a meaning, as NonNull and UnsafeCell.
func (r *inside) unwrapped(v Value) Value {
	for range maxMembers {
		t := strip(v.Type)
		if r.err != nil || t.Kind != Struct || t.variants != nil {
			return v
		}
		var only string
		for _, f := range t.Fields() {
			switch {
			case sizeOf(r.c.complete(f.Type)) == 0:
			case only != "":
				return v
			default:
				only = f.Name
			}
		}
		if only == "" {
			return v
		}
		v = r.member(v, only)
	}
	return v
}

// to follows the members "value" and "__0" from a MaybeUninit or the like to what it is for.
func (r *inside) to(v Value, want *Type) Value {
	for range maxMembers {
		t := strip(v.Type)
		switch {
		case r.err != nil || t == want:
			return v
		case has(v, "value"):
			v = r.member(v, "value")
		case has(v, "__0"):
			v = r.member(v, "__0")
		default:
			r.err = errRustForm
		}
	}
	r.err = errRustForm
	return v
}

// count is an integer member, which may be wrapped, and cannot be negative.
func (r *inside) count(v Value, path ...string) int64 {
	n := r.number(r.unwrapped(r.member(v, path...)))
	if r.err == nil && n < 0 {
		r.err = errRustForm
	}
	return n
}

// thin is a pointer member, which may be wrapped.
func (r *inside) thin(v Value, path ...string) (table.Addr, *Type) {
	v = r.unwrapped(r.member(v, path...))
	if r.err == nil && strip(v.Type).Kind != Pointer {
		r.err = errRustForm
	}
	if r.err != nil {
		return 0, r.c.basics().void
	}
	at, err := r.c.pointerTarget(v)
	r.err = err
	return at, r.c.complete(strip(v.Type).Elem)
}

// argument is the generic argument of a type with that number.
func (r *inside) argument(v Value, n int) *Type {
	t := strip(v.Type)
	t.fill()
	if r.err == nil && n >= len(t.templates) {
		r.err = errRustForm
	}
	if r.err != nil {
		return r.c.basics().void
	}
	return r.c.complete(t.templates[n].Type)
}

// buffer is a RawVec: where it is and how many elements it has room for.
func (r *inside) buffer(v Value) (at table.Addr, room int64) {
	if r.err == nil && has(v, "inner") { // since Rust 1.83
		v = r.member(v, "inner")
	}
	at, _ = r.thin(v, "ptr")
	return at, r.count(v, "cap")
}

// vector is a Vec: its elements' type, address, and number.
func (r *inside) vector(v Value) (elem *Type, at table.Addr, length int64) {
	elem, length = r.argument(v, 0), r.count(v, "len")
	at, room := r.buffer(r.member(v, "buf"))
	if r.err == nil && length > room && sizeOf(elem) > 0 {
		r.err = errRustForm // not initialized
	}
	return elem, at, length
}

func rustVec(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	elem, at, length := r.vector(v)
	s := &shape{hint: hintArray, head: fmt.Sprintf("Vec(size=%d)", length), count: length, each: c.run(elem, at, length), method: c.lengths(length)}
	return s, r.err
}

// text is the text of a Vec of bytes.
func (r *inside) text(v Value) (*shape, error) {
	elem, at, length := r.vector(v)
	if r.err == nil && sizeOf(elem) != 1 {
		r.err = errRustForm
	}
	chars := r.c.basics().uchar
	s := &shape{hint: hintArray, count: length, each: r.c.run(elem, at, length), text: &shapeText{at, length, chars}, method: r.c.lengths(length)}
	return s, r.err
}

func rustString(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	return r.text(r.member(v, "vec"))
}

func rustOsString(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	return r.text(r.member(v, "inner", "inner"))
}

func rustPathBuf(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	return r.text(r.member(v, "inner", "inner", "inner"))
}

// rustDeque is a ring buffer. Before Rust 1.67 it had the indices of its first element, tail,
// and after its last, head; now head is that of the first.
func rustDeque(c *Context, v Value) (*shape, error) {
	r := &inside{c: c}
	elem := r.argument(v, 0)
	at, room := r.buffer(r.member(v, "buf"))
	first, length := r.count(v, "head"), int64(0)
	if has(v, "tail") {
		end := first
		if first = r.count(v, "tail"); room > 0 {
			length = (end - first + room) % room
		}
	} else {
		length = r.count(v, "len")
	}
	size := sizeOf(elem)
	if r.err == nil && size > 0 && (length > room || first > room) {
		r.err = errRustForm
	}
	s := &shape{hint: hintArray, head: fmt.Sprintf("VecDeque(size=%d)", length), count: length, method: c.lengths(length)}
	s.each = func(start int64, yield func(part) bool) error {
		for n := start; n < length; n++ {
			where := at
			if size > 0 {
				where += table.Addr((first + n) % room * size)
			}
			if !yield(part{name: fmt.Sprintf("[%d]", n), value: memoryValue(elem, where), step: fmt.Sprintf("(%%s)[%d]", n)}) {
				return nil
			}
		}
		return nil
	}
	return s, r.err
}

// lengths are the methods of a container that need no call of the program.
func (c *Context) lengths(n int64) func(name string) (Value, bool, error) {
	return func(name string) (Value, bool, error) {
		switch name {
		case "len":
			return newValue(c.basics().rust["usize"], leave(uint64(n), 8)), true, nil
		case "is_empty":
			return c.boolean(n == 0), true, nil
		}
		return Value{}, false, nil
	}
}
