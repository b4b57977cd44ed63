package main

import "fmt"

// askf adds a command.
func (g *gen) askf(format string, args ...any) {
	g.commands = append(g.commands, fmt.Sprintf(format, args...))
}

// maybe adds a command with a chance in percent.
func (g *gen) maybe(percent int, format string, args ...any) {
	if g.chance(percent) {
		g.askf(format, args...)
	}
}

// about asks about an expression of a type. place: it has an address.
func (g *gen) about(e string, t *typ, place bool, depth int) {
	g.askf("print %s", e)
	g.maybe(40, "whatis %s", e)
	g.maybe(30, "ptype %s", e)
	g.maybe(15, "print sizeof(%s)", e)
	g.maybe(20, "print/%s %s", g.one("x", "d", "u", "o", "t", "c", "z", "f", "s"), e)
	if place {
		g.maybe(30, "print &%s", e)
		g.maybe(10, "print *&%s", e)
		g.maybe(15, "whatis &%s", e)
		g.maybe(15, "x/%d%s%s &%s", 1+g.Intn(5), g.one("x", "d", "u", "o", "t", "c", "f"), g.one("b", "h", "w", "g"), e)
	}
	switch t.kind {
	case kInt, kBool, kEnum:
		g.aboutNumber(e, t)
		g.maybe(20, "print %s%s", g.one("-", "~", "!", "+"), e)
		g.maybe(15, "print (%s)%s", g.one("char", "unsigned char", "short", "unsigned", "long", "float", "double", "unsigned long"), e)
		g.values = append(g.values, value{e, t})
	case kFloat:
		g.aboutNumber(e, t)
		g.maybe(20, "print %s%s", g.one("-", "!"), e)
		g.maybe(20, "print (%s)%s", g.one("float", "double", "long double"), e)
		g.values = append(g.values, value{e, t})
	case kComplex:
		g.maybe(60, "print %s %s %s", e, g.one("+", "-", "*"), g.one("1", "2.5", e))
		g.maybe(30, "print -%s", e)
		g.maybe(30, "print $_creal(%s)", e)
	case kVector:
		g.askf("print %s[%d]", e, g.Intn(t.count))
		g.maybe(40, "print %s + %s", e, e)
		g.maybe(30, "print -%s", e)
	case kText:
		g.maybe(40, "print *%s", e)
		g.maybe(40, "print %s[1]", e)
		g.maybe(40, "x/s %s", e)
		g.maybe(20, "print *%s@3", e)
		g.maybe(20, "print %s + 1", e)
	case kPointer:
		g.askf("print *%s", e)
		g.maybe(30, "print %s == 0", e)
		g.maybe(30, "print %s + 1", e)
		g.maybe(20, "print *%s@1", e)
		g.maybe(20, "whatis *%s", e)
		g.maybe(20, "print (long)%s", e)
		if s := t.elem; s.kind == kStruct && len(s.fields) > 0 && s.fields[0].name != "" {
			g.askf("print %s->%s", e, s.fields[0].name)
		}
	case kFunc:
		g.maybe(40, "print *%s", e)
	case kArray:
		i := g.Intn(t.count)
		if depth > 0 {
			g.about(fmt.Sprintf("%s[%d]", e, i), t.elem, place, depth-1)
		}
		g.maybe(20, "print *%s", e)
		if place {
			g.maybe(20, "print %s[%d]@%d", e, i, 1+g.Intn(2))
			g.maybe(15, "print %s + 1", e)
			g.maybe(15, "print *%s@%d", e, 1+g.Intn(t.count))
		}
	case kStruct, kUnion:
		g.members(e, t, place, depth)
	}
}

// members asks about the members of a struct, through anonymous ones.
func (g *gen) members(e string, t *typ, place bool, depth int) {
	for _, f := range t.fields {
		switch {
		case f.name == "":
			g.members(e, f.t, place, depth)
		case depth > 0 && g.chance(50):
			g.about(e+"."+f.name, f.t, place && f.bits == 0, depth-1)
		}
	}
}

func (g *gen) aboutNumber(e string, t *typ) {
	ops := []string{"+", "-", "*", "/", "==", "<", ">", "!=", "<=", ">=", "&&", "||"}
	if t.kind != kFloat {
		ops = append(ops, "%", "&", "|", "^", "<<", ">>")
	}
	op := g.one(ops...)
	literal := g.one("1", "2", "3", "7", "10u", "100L", "'a'", "5ul")
	if op == "<<" || op == ">>" {
		literal = g.one("1", "2", "7")
	}
	g.maybe(40, "print %s %s %s", e, op, literal)
	g.maybe(20, "whatis %s %s %s", e, op, literal)
	g.maybe(15, "print %s %s %s", e, g.one("+", "*", "-"), g.one("1.5", "2.0f", "0.25"))
	if len(g.values) > 0 && op != "<<" && op != ">>" && op != "/" && op != "%" {
		v := g.values[g.Intn(len(g.values))]
		if v.t.kind == kFloat && (op == "&" || op == "|" || op == "^") {
			op = "+"
		}
		g.maybe(30, "print %s %s %s", e, op, v.expr)
		g.maybe(15, "whatis %s + %s", e, v.expr)
		g.maybe(10, "print %s ? %s : %s", e, v.expr, e)
	}
}

// change assigns to a variable and shows it.
func (g *gen) change(e string, t *typ) {
	switch t.kind {
	case kInt, kBool, kFloat, kEnum:
		g.askf("set var %s = %s", e, g.literal(t))
		g.askf("print %s", e)
		if t.kind == kInt || t.kind == kFloat { // gdb refuses to compute with booleans
			g.maybe(30, "print %s %s= %s", e, g.one("+", "-", "*"), g.one("1", "2", "3"))
			g.maybe(30, "print %s%s", e, g.one("++", "--"))
		}
		g.askf("print %s", e)
	case kStruct, kUnion:
		for _, f := range t.fields {
			if f.name != "" && g.chance(40) {
				g.change(e+"."+f.name, f.t)
				g.askf("print %s", e)
			}
		}
	case kArray:
		g.change(fmt.Sprintf("%s[%d]", e, g.Intn(t.count)), t.elem)
	case kComplex:
		g.askf("set var %s = %s", e, g.real())
		g.askf("print %s", e)
	}
}
