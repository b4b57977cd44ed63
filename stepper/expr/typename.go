package expr

import (
	"fmt"
	"strings"
)

// String formats the type as a C declaration without a name, "int (*)[3]", or as Rust does.
func (t *Type) String() string {
	if t.rust {
		return t.rustName()
	}
	return declare(t, "")
}

// declare formats "t name" in C's inside-out order, with gdb's spacing: "int
// *", "int * const", "char [4]", "int (*)(int)".
func declare(t *Type, name string) string {
	return declareBase(t, func(base *Type) string { return base.baseName() }, name)
}

// declareBase is declare with the innermost type formatted by show, so that
// ptype can put a struct's body there.
func declareBase(t *Type, show func(*Type) string, name string) string {
	return declareWith(t, show, func(t *Type) string { return t.String() }, name)
}

// declareBy is declare with every innermost type formatted by show, those of parameters too.
func declareBy(t *Type, show func(*Type) string, name string) string {
	return declareWith(t, show, func(p *Type) string { return declareBy(p, show, "") }, name)
}

func declareWith(t *Type, show, parameter func(*Type) string, name string) string {
	if t.rust {
		return t.rustName() + spaced(name)
	}
	inner := name
	if t.Kind == Qualified && t.Elem.Kind == Array {
		t = ofElements(t)
	}
	for {
		switch {
		case t.Kind == Pointer || t.Kind == Reference || t.Kind == MemberPtr:
			mark := "*"
			switch {
			case t.Kind == Reference && t.RValue:
				mark = "&&"
			case t.Kind == Reference:
				mark = "&"
			case t.Kind == MemberPtr:
				mark = t.Name + "::*"
			}
			inner = mark + inner
			if t = t.Elem; t.Kind == Qualified && t.Elem.Kind == Array {
				t = ofElements(t)
			}
			if t.Kind == Array || t.Kind == Func {
				inner = "(" + inner + ")"
			}
		case t.Kind == Qualified && t.Elem.Kind == Pointer:
			inner = " " + t.qualifiers() + spaced(inner)
			t = t.Elem
		case t.Kind == Array:
			count := ""
			if t.Count >= 0 {
				count = fmt.Sprint(t.Count)
			}
			if t.Vector {
				inner += fmt.Sprintf(" __attribute__ ((vector_size(%d)))", t.Count)
			} else {
				inner += "[" + count + "]"
			}
			t = t.Elem
		case t.Kind == Func:
			inner += "(" + t.parametersWith(parameter) + ")"
			if t.Elem == nil {
				return "void" + spaced(inner)
			}
			t = t.Elem
		default:
			return show(t) + spaced(inner)
		}
	}
}

// ofElements is a qualified array type with the qualifiers at its elements, as C has it.
func ofElements(t *Type) *Type {
	a := *t.Elem
	switch in := a.Elem; in.Kind {
	case Qualified:
		q := *in
		q.Const, q.Volatile, q.Restrict, q.Atomic = q.Const || t.Const, q.Volatile || t.Volatile, q.Restrict || t.Restrict, q.Atomic || t.Atomic
		a.Elem = &q
	case Array:
		q := *t
		q.Elem = in
		a.Elem = ofElements(&q)
	default:
		q := *t
		q.Elem, q.Size = in, in.Size
		a.Elem = &q
	}
	return &a
}

// spaced prefixes a declarator with the space after its base type.
func spaced(s string) string {
	if s == "" || s[0] == ' ' {
		return s
	}
	return " " + s
}

func (t *Type) parametersBy(show func(*Type) string) string {
	return t.parametersWith(func(p *Type) string { return declareBy(p, show, "") })
}

func (t *Type) parametersWith(show func(*Type) string) string {
	var words []string
	for _, p := range t.Params {
		words = append(words, show(p))
	}
	if t.Variadic {
		words = append(words, "...")
	}
	if len(words) == 0 && t.Prototyped {
		return "void"
	}
	return strings.Join(words, ", ")
}

func (t *Type) qualifiers() string {
	var words []string
	for _, q := range []struct {
		on   bool
		word string
	}{{t.Const, "const"}, {t.Volatile, "volatile"}, {t.Restrict, "restrict"}, {t.Atomic, "_Atomic"}} {
		if q.on {
			words = append(words, q.word)
		}
	}
	return strings.Join(words, " ")
}

// keyword is the word before a tag.
func (t *Type) keyword() string {
	switch {
	case t.Kind == Union:
		return "union"
	case t.Kind == Enum:
		return "enum"
	case t.Class:
		return "class"
	}
	return "struct"
}

// baseName formats a type that is not a declarator.
func (t *Type) baseName() string {
	if t.rust {
		return t.rustName()
	}
	switch t.Kind {
	case Qualified:
		return t.qualifiers() + " " + t.Elem.baseName()
	case Struct, Union, Enum:
		if t.bare && t.Name != "" {
			return canonical(t.scope() + t.Name)
		}
		if t.Name == "" {
			return t.keyword() + " {...}"
		}
		return t.keyword() + " " + t.Name
	case Typedef:
		return canonical(t.scope() + t.Name)
	case Pointer, Reference, Array, Func, MemberPtr:
		return declare(t, "")
	case NoDebug:
		return "<" + t.Name + ", no debug info>"
	}
	return t.Name
}

// scope is the namespaces and classes around a type: "a::b::".
func (t *Type) scope() string {
	if t.info == nil || t.die == 0 {
		return ""
	}
	return t.info.scopeOf(t.die)
}
