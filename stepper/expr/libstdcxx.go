package expr

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

// libstdcxx is the recogniser for a class of GCC's C++ library. The members it relies on are those
// of the library's headers since GCC 5, and of its ABI, which does not change them
// (https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html). What is shown is what the printers
// for gdb show that come with the library.
func libstdcxx(t *Type) recogniser {
	name := templateName(t.Name)
	r, iterator := libstdcxxClass(name), libstdcxxIterator(name)
	if r == nil && iterator == nil {
		return nil
	}
	switch scope := strings.Replace(t.scope(), "__8::", "", 1); scope {
	case "std::", "std::__cxx11::":
		if iterator != nil {
			return iterator
		}
		return r
	case "__gnu_cxx::", "std::__detail::":
		return iterator
	}
	return nil
}

func libstdcxxClass(name string) recogniser {
	switch name {
	case "vector":
		return stdVector
	case "basic_string":
		return stdString
	case "basic_string_view":
		return stdStringView
	case "array":
		return stdArray
	case "initializer_list":
		return stdInitializerList
	case "span":
		return stdSpan
	case "deque":
		return stdDeque
	case "bitset":
		return stdBitset
	case "list":
		return stdList
	case "forward_list":
		return stdForwardList
	case "map", "multimap":
		return stdMap
	case "set", "multiset":
		return stdSet
	case "unordered_map", "unordered_multimap":
		return stdUnorderedMap
	case "unordered_set", "unordered_multiset":
		return stdUnorderedSet
	case "pair":
		return stdPair
	case "tuple":
		return stdTuple
	case "unique_ptr":
		return stdUniquePtr
	case "shared_ptr", "weak_ptr":
		return stdSharedPtr
	case "optional":
		return stdOptional
	case "variant":
		return stdVariant
	case "stack", "queue", "priority_queue":
		return stdAdapter
	case "atomic":
		return stdAtomic
	}
	return nil
}

// templateName is a template class's name without its arguments.
func templateName(name string) string {
	plain, _, _ := strings.Cut(name, "<")
	return plain
}

// stdName is the name of a class of the library before its arguments, as gdb's printers show it.
func stdName(v Value) string {
	t := strip(v.Type)
	return strings.Replace(t.scope(), "__8::", "", 1) + templateName(t.Name)
}

// templateArgument is the type argument number n of a class template, not counting values. Compilers
// do not describe those of every class: then its name says them.
func (c *Context) templateArgument(t *Type, n int) (*Type, error) {
	t = strip(t)
	if list := t.arguments(); n < len(list) {
		return c.complete(list[n]), nil
	}
	if open := strings.IndexByte(t.Name, '<'); open >= 0 && t.templates == nil && t.pack == nil {
		if list, _, ok := templateArguments(t.Name[open:]); ok && n < len(list) {
			e, err := c.Parse(list[n])
			if err != nil {
				return nil, err
			}
			if v, err := c.typeOnly(e.root); err == nil && v.kind == placeType {
				return c.complete(v.Type), nil
			}
		}
	}
	return nil, fmt.Errorf("%s has no argument %d", t.Name, n)
}

// elements is "1 element" or "n elements".
func elements(n int64) string {
	if n == 1 {
		return "1 element"
	}
	return fmt.Sprintf("%d elements", n)
}

// inside reads members of a value, one in the other. The first error ends the reading: all
// that follows is zero.
type inside struct {
	c   *Context
	err error
}

// member is a member by the names that lead to it.
func (r *inside) member(v Value, path ...string) Value {
	for _, name := range path {
		if r.err != nil {
			return Value{Type: r.c.basics().void}
		}
		v, r.err = r.c.member(v, name)
	}
	return v
}

// has reports whether a value has a member.
func (r *inside) has(v Value, name string) bool {
	if r.err != nil {
		return false
	}
	_, ok, err := r.c.findMember(v, name, 0)
	return ok && err == nil
}

// number is an integer or pointer member.
func (r *inside) number(v Value, path ...string) int64 {
	v = r.member(v, path...)
	if r.err != nil {
		return 0
	}
	n, err := r.c.integer(v)
	r.err = err
	return n
}

// pointer is a pointer member: its value and the type it points to.
func (r *inside) pointer(v Value, path ...string) (table.Addr, *Type) {
	v = r.member(v, path...)
	if r.err == nil && strip(v.Type).Kind != Pointer {
		r.err = fmt.Errorf("a value of type %s is no pointer", v.Type)
	}
	n := r.number(v)
	if r.err != nil {
		return 0, r.c.basics().void
	}
	return tableAddr(n), r.c.complete(strip(v.Type).Elem)
}

// elements is pointer for one to elements, and their size, which is not 0.
func (r *inside) elements(v Value, path ...string) (at table.Addr, elem *Type, size int64) {
	at, elem = r.pointer(v, path...)
	if size = sizeOf(elem); r.err == nil && size <= 0 {
		r.err = fmt.Errorf("elements of no size")
	}
	return at, elem, max(size, 1)
}
