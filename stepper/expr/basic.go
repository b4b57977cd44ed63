package expr

import (
	"fmt"
	"strings"
)

// basics are the arithmetic types of C that literals and casts need without
// debug information, for the LP64 data model. Architectures differ in long double.
type basics struct {
	byName map[string]*Type

	void, char, schar, uchar, short, ushort, int, uint, long, ulong       *Type
	longlong, ulonglong, int128, uint128                                  *Type
	bool, cppBool, float, double, longDouble, wchar, char16, char32, half *Type
	float128                                                              *Type

	unit map[int64]*Type // of "x", by size
	rust map[string]*Type
}

func newBasics(binary128 bool) *basics {
	b := &basics{byName: map[string]*Type{}}
	add := func(dst **Type, kind Kind, size int64, unsigned bool, name string) {
		*dst = &Type{Kind: kind, Name: name, Size: size, Unsigned: unsigned}
		b.byName[name] = *dst
	}
	add(&b.void, Void, 1, false, "void")
	add(&b.char, Char, 1, false, "char")
	add(&b.schar, Char, 1, false, "signed char")
	add(&b.uchar, Char, 1, true, "unsigned char")
	add(&b.short, Int, 2, false, "short")
	add(&b.ushort, Int, 2, true, "unsigned short")
	add(&b.int, Int, 4, false, "int")
	add(&b.uint, Int, 4, true, "unsigned int")
	add(&b.long, Int, 8, false, "long")
	add(&b.ulong, Int, 8, true, "unsigned long")
	add(&b.longlong, Int, 8, false, "long long")
	add(&b.ulonglong, Int, 8, true, "unsigned long long")
	add(&b.int128, Int, 16, false, "__int128")
	add(&b.uint128, Int, 16, true, "unsigned __int128")
	add(&b.bool, Bool, 1, true, "_Bool")
	add(&b.cppBool, Bool, 1, true, "bool")
	add(&b.float, Float, 4, false, "float")
	add(&b.double, Float, 8, false, "double")
	add(&b.longDouble, Float, 16, false, "long double")
	b.longDouble.binary128 = binary128
	add(&b.wchar, Char, 4, false, "wchar_t")
	add(&b.char16, Char, 2, true, "char16_t")
	add(&b.char32, Char, 4, true, "char32_t")
	add(&b.half, Float, 2, false, "_Float16")
	b.unit = map[int64]*Type{}
	for _, size := range []int64{1, 2, 4, 8} {
		b.unit[size] = &Type{Kind: Int, Name: fmt.Sprintf("int%d_t", 8*size), Size: size}
	}
	add(&b.float128, Float, 16, false, "_Float128")
	b.float128.binary128 = true
	b.rust = rustBasics()
	return b
}

// basics are those of the architecture.
func (c *Context) basics() *basics {
	s := c.Session
	if a := c.arch(); a == nil || !a.LongDouble128 {
		return s.basics
	}
	if s.basics128 == nil {
		s.basics128 = newBasics(true)
	}
	return s.basics128
}

// rustBasics are Rust's own types.
func rustBasics() map[string]*Type {
	m := map[string]*Type{}
	add := func(name string, kind Kind, size int64, unsigned bool) {
		m[name] = &Type{Kind: kind, Name: name, Size: size, Unsigned: unsigned, rust: true}
	}
	for _, bytes := range []int64{1, 2, 4, 8, 16} {
		add(fmt.Sprintf("i%d", 8*bytes), Int, bytes, false)
		add(fmt.Sprintf("u%d", 8*bytes), Int, bytes, true)
	}
	add("isize", Int, 8, false)
	add("usize", Int, 8, true)
	add("f32", Float, 4, false)
	add("f64", Float, 8, false)
	add("bool", Bool, 1, true)
	add("char", Char, 4, true)
	add("()", Int, 0, true)
	return m
}

// literal is the type of a literal.
func (b *basics) literal(kind string) *Type {
	if t, ok := b.byName[kind]; ok {
		return t
	}
	return b.rust[kind]
}

// own finds a type that the selected frame's language itself names.
func (c *Context) own(name string) (*Type, bool) {
	if c.rust() {
		t, ok := c.basics().rust[name]
		return t, ok
	}
	return c.basics().named(name)
}

// named finds a type that C itself names; bool and the wide characters are
// names from a header.
func (b *basics) named(name string) (*Type, bool) {
	switch name {
	case "bool", "wchar_t", "char16_t", "char32_t":
		return nil, false
	}
	t, ok := b.byName[name]
	return t, ok
}

// arithmetic maps the words of a C declaration specifier, in any order, to the
// name of the type: "long unsigned int" to "unsigned long". ok is false for
// words that do not combine, and for none.
func arithmetic(words []string) (name string, ok bool) {
	if len(words) == 0 {
		return "", false
	}
	count := map[string]int{}
	for _, w := range words {
		count[w]++
	}
	n := len(words)
	take := func(w string) int { c := count[w]; n -= c; return c }
	unsigned, signed := take("unsigned")+take("__unsigned__"), take("signed")+take("__signed__")
	long, short := take("long"), take("short")
	ints := take("int")
	if unsigned+signed > 1 || ints > 1 || long > 2 || short > 1 || long > 0 && short > 0 {
		return "", false
	}
	prefix := ""
	if unsigned > 0 {
		prefix = "unsigned "
	}
	if n == 0 {
		switch {
		case short == 1:
			return prefix + "short", true
		case long > 0:
			return prefix + strings.TrimSuffix(strings.Repeat("long ", long), " "), true
		}
		return prefix + "int", true
	}
	if n != 1 || ints > 0 || short > 0 {
		return "", false
	}
	sign := unsigned+signed > 0
	switch {
	case count["char"] == 1 && long == 0:
		if signed > 0 {
			prefix = "signed "
		}
		return prefix + "char", true
	case count["__int128"] == 1 && long == 0:
		return prefix + "__int128", true
	case count["double"] == 1 && long <= 1 && !sign:
		if long == 1 {
			return "long double", true
		}
		return "double", true
	case long > 0 || sign:
		return "", false
	case count["float"] == 1:
		return "float", true
	case count["void"] == 1:
		return "void", true
	case count["_Bool"] == 1:
		return "_Bool", true
	}
	return "", false
}
