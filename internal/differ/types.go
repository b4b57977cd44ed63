package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// kind is the kind of a generated type.
type kind int

const (
	kInt kind = iota
	kBool
	kFloat
	kComplex
	kEnum
	kPointer // to a variable
	kText    // const char *
	kArray
	kVector
	kStruct
	kUnion
	kFunc // a pointer to a function
)

// typ is a generated C type.
type typ struct {
	kind   kind
	name   string // as it is written; "" for arrays and anonymous structs
	elem   *typ
	count  int
	fields []field
	names  []string // enumerators
	suffix string   // of its literals
	signed bool
	bits   int // of the values that literals use
}

type field struct {
	name string // "" for an anonymous member
	t    *typ
	bits int // 0: no bit-field
}

// declare writes a declaration of a name.
func (t *typ) declare(name string) string {
	switch t.kind {
	case kArray:
		return t.elem.declare(fmt.Sprintf("%s[%d]", name, t.count))
	case kPointer:
		if t.elem.kind == kArray {
			return t.elem.declare("(*" + name + ")")
		}
		return t.elem.declare("*" + name)
	case kStruct, kUnion:
		if t.name == "" {
			return t.body() + " " + name
		}
	case kFunc:
		return strings.Replace(t.name, "@", name, 1)
	}
	return t.name + " " + name
}

// body is the definition of a struct or union.
func (t *typ) body() string {
	word := "struct"
	if t.kind == kUnion {
		word = "union"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s { ", word, strings.TrimPrefix(t.name, word+" "))
	for _, f := range t.fields {
		text := strings.TrimSpace(f.t.declare(f.name))
		if f.bits > 0 {
			text += fmt.Sprintf(" : %d", f.bits)
		}
		b.WriteString(text + "; ")
	}
	return b.String() + "}"
}

// gen makes a program from a seed.
type gen struct {
	*rand.Rand
	cxx      bool
	n        int // for names
	defs     []string
	scalars  []*typ
	named    []*typ // structs, unions and enums that are defined
	commands []string
	values   []value // scalar expressions, for operations with two of them
}

type value struct {
	expr string
	t    *typ
}

func (g *gen) one(list ...string) string { return list[g.Intn(len(list))] }
func (g *gen) chance(percent int) bool   { return g.Intn(100) < percent }
func (g *gen) name(prefix string) string { g.n++; return fmt.Sprintf("%s%d", prefix, g.n) }

func integers() (list []*typ) {
	for _, x := range []struct {
		name, suffix string
		bits         int
		signed       bool
	}{
		{"char", "", 7, true}, {"signed char", "", 7, true}, {"unsigned char", "", 8, false}, {"short", "", 15, true},
		{"unsigned short", "", 16, false}, {"int", "", 31, true}, {"unsigned int", "u", 32, false}, {"long", "L", 63, true},
		{"unsigned long", "UL", 64, false}, {"long long", "LL", 63, true}, {"unsigned long long", "ULL", 64, false},
	} {
		list = append(list, &typ{kind: kInt, name: x.name, suffix: x.suffix, bits: x.bits, signed: x.signed})
	}
	return list
}

// literal is an initializer for a type.
func (g *gen) literal(t *typ) string {
	switch t.kind {
	case kInt:
		return g.integer(t, t.bits)
	case kBool:
		return g.one("0", "1")
	case kFloat:
		return g.real() + t.suffix
	case kComplex:
		return fmt.Sprintf("%s + %s * I", g.real(), g.real())
	case kEnum:
		return g.one(t.names...)
	case kText:
		return g.text()
	case kPointer, kFunc:
		return "0"
	case kArray, kVector:
		var list []string
		for range t.count {
			list = append(list, g.literal(t.elem))
		}
		if t.kind == kArray && g.chance(20) { // repetitions
			for n := range list {
				list[n] = list[0]
			}
		}
		return "{" + strings.Join(list, ", ") + "}"
	case kUnion:
		return "{" + g.member(t.fields[0]) + "}"
	}
	var list []string
	for _, f := range t.fields {
		list = append(list, g.member(f))
	}
	return "{" + strings.Join(list, ", ") + "}"
}

func (g *gen) member(f field) string {
	if f.bits > 0 && f.t.kind == kInt {
		bits := f.bits
		if f.t.signed {
			bits--
		}
		return g.integer(f.t, bits)
	}
	return g.literal(f.t)
}

// integer is a literal of at most so many bits: small, at a limit, or any.
func (g *gen) integer(t *typ, bits int) string {
	if bits <= 0 {
		return "0"
	}
	n := g.Uint64() >> (64 - bits)
	switch g.Intn(4) {
	case 0:
		n = uint64(g.Intn(10)) & (1<<min(bits, 4) - 1)
	case 1:
		n = 1<<bits - 1
	case 2:
		if bits <= 8 { // a character
			n = uint64(32+g.Intn(95)) & (1<<bits - 1)
		}
	}
	text := fmt.Sprint(n) + t.suffix
	if t.signed && g.chance(40) {
		return "-" + text
	}
	return text
}

func (g *gen) real() string {
	switch g.Intn(6) {
	case 0:
		return fmt.Sprintf("%d.0", g.Intn(100))
	case 1:
		return fmt.Sprintf("-%d.%d", g.Intn(1000), g.Intn(1000))
	case 2:
		return fmt.Sprintf("%d.%de-%d", 1+g.Intn(9), g.Intn(100000), g.Intn(20))
	case 3:
		return fmt.Sprintf("%d.%de%d", 1+g.Intn(9), g.Intn(100000), g.Intn(30))
	case 4:
		return g.one("0.1", "1.0", "-0.0", "0.5", "1e10")
	}
	return fmt.Sprintf("%d.%d", g.Intn(100), g.Intn(100))
}

func (g *gen) text() string {
	return g.one(`"plain"`, `"with \"quotes\" and \\"`, `"tab\tnewline\n"`, `"\001\002"`, `""`, `"aaaaaaaaaaaaaaaaaaaaaaaa"`,
		`"caf\303\251"`, `"\377\376"`, `"bbbbbbbbbbbbbbbbc"`, `"mixed\0hidden"`)
}

// scalar is any scalar type.
func (g *gen) scalar() *typ { return g.scalars[g.Intn(len(g.scalars))] }

func (g *gen) integerType() *typ {
	for {
		if t := g.scalar(); t.kind == kInt {
			return t
		}
	}
}

// any is any type; deeper ones have more parts.
func (g *gen) any(depth int) *typ {
	switch n := g.Intn(12); {
	case depth <= 0 || n < 4:
		return g.scalar()
	case n < 6:
		return &typ{kind: kArray, elem: g.any(depth - 1), count: 1 + g.Intn(4)}
	case n < 7:
		return &typ{kind: kArray, elem: &typ{kind: kInt, name: g.one("char", "unsigned char"), bits: 7}, count: 1 + g.Intn(20)}
	case n < 8:
		return &typ{kind: kText, name: "const char *"}
	case n < 11 && len(g.named) > 0:
		return g.named[g.Intn(len(g.named))]
	}
	return g.aggregate("", depth-1)
}

// aggregate makes a struct or union. It is named if tag is not "".
func (g *gen) aggregate(tag string, depth int) *typ {
	t := &typ{kind: kStruct, name: tag}
	if g.chance(25) {
		t.kind = kUnion
	}
	if tag != "" {
		t.name = map[kind]string{kStruct: "struct ", kUnion: "union "}[t.kind] + tag
	}
	for range 1 + g.Intn(5) {
		switch n := g.Intn(10); {
		case n < 3:
			it := g.integerType()
			most := it.bits
			if it.signed {
				most++
			}
			if t.kind == kStruct || len(t.fields) > 0 {
				t.fields = append(t.fields, field{g.name("b"), it, 1 + g.Intn(most)})
			}
		case n < 4 && depth > 0:
			t.fields = append(t.fields, field{"", g.aggregate("", depth-1), 0})
		default:
			t.fields = append(t.fields, field{g.name("m"), g.any(depth - 1), 0})
		}
	}
	if len(t.fields) == 0 {
		t.fields = []field{{g.name("m"), g.scalar(), 0}}
	}
	return t
}

// enum defines an enum: a list, flags, or with gaps and negative values.
func (g *gen) enum(tag string) *typ {
	t := &typ{kind: kEnum, name: "enum " + tag}
	var list []string
	style, next := g.Intn(3), 0
	for n := range 2 + g.Intn(4) {
		e := fmt.Sprintf("%s_%c", strings.ToUpper(tag), 'A'+n)
		t.names = append(t.names, e)
		switch style {
		case 0:
			list = append(list, e)
		case 1:
			list = append(list, fmt.Sprintf("%s = %d", e, 1<<n))
		default:
			next += g.Intn(40) - 10
			list = append(list, fmt.Sprintf("%s = %d", e, next))
		}
	}
	g.defs = append(g.defs, fmt.Sprintf("enum %s { %s };", tag, strings.Join(list, ", ")))
	return t
}
