package expr

import (
	"fmt"
	"strings"

	"rseqstep/table"
)

// libstdcxx is the recogniser for a class of GCC's C++ library. The members it relies on are those
// of the library's headers since GCC 5, and of its ABI, which does not change them
// (https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html).
func libstdcxx(t *Type) recogniser {
	r := libstdcxxClass(templateName(t.Name))
	if r == nil {
		return nil
	}
	switch scope := t.scope(); scope {
	case "std::", "std::__cxx11::", "std::__8::", "std::__8::__cxx11::":
		return r
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
	}
	return nil
}

// templateName is a template class's name without its arguments.
func templateName(name string) string {
	plain, _, _ := strings.Cut(name, "<")
	return plain
}

// stdName is the name of a class of the library before its arguments, as gdb's printers show it.
func stdName(t *Type) string {
	return strings.Replace(t.scope(), "__8::", "", 1) + templateName(t.Name)
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
			return Value{Type: r.c.Session.basics.void}
		}
		v, r.err = r.c.member(v, name)
	}
	return v
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
		r.err = fmt.Errorf("%s is no pointer", path[len(path)-1])
	}
	n := r.number(v)
	if r.err != nil {
		return 0, r.c.Session.basics.void
	}
	return tableAddr(n), r.c.complete(strip(v.Type).Elem)
}

// whole makes the value of a number of elements.
func (c *Context) whole64(n int64) Value {
	return newValue(c.Session.basics.ulong, leave(uint64(n), 8))
}

// sized are the member functions of a container of n elements.
func (c *Context) sized(n int64) map[string]func() (Value, error) {
	return map[string]func() (Value, error){
		"size":  func() (Value, error) { return c.whole64(n), nil },
		"empty": func() (Value, error) { return c.boolean(n == 0), nil },
	}
}
