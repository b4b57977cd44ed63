package main

import (
	"fmt"
	"math/rand"
	"strings"
	"text/template"
)

// generate makes the program of a seed: C for two of three, else C++, with and without the
// library's containers in turns.
func generate(seed int64) *program {
	g := &gen{Rand: rand.New(rand.NewSource(seed)), cxx: seed%3 == 0}
	var p *program
	switch {
	case seed%6 == 0:
		p = g.library()
	case g.cxx:
		p = g.cplusplus()
	default:
		p = g.c()
	}
	p.name = fmt.Sprintf("seed %d", seed)
	return p
}

var cTemplate = template.Must(template.New("c").Parse(`#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
typedef int v4si __attribute__((vector_size(16)));
typedef float v4sf __attribute__((vector_size(16)));
typedef unsigned char v8qu __attribute__((vector_size(8)));
{{range .Defs}}{{.}}
{{end}}
#define KEEP(x) __asm__ volatile("" :: "g"(&(x)) : "memory")
int zero;
__attribute__((noinline)) void stop(int n) { __asm__ volatile("" :: "r"(n) : "memory"); zero += n * 0; }
{{range .Globals}}{{.}}
{{end}}
int other(int);
static int twice(int v) { return v * 2 + zero; }
static double shape = {{.Shape}};
{{range .Functions}}{{.}}
{{end}}
__attribute__((noinline)) static int work(int count, long wide) {
{{range .Locals}}	{{.}}
{{end}}	int vla[count + 2];
	for (int i = 0; i < count + 2; i++) vla[i] = i * {{.Factor}};
	KEEP(vla);
{{range .Kept}}	KEEP({{.}});
{{end}}	{
		int inner = count * 3; short count2 = 7;
		KEEP(inner);
		stop(1);
		zero += inner * 0 + count2 * 0;
	}
{{range .Calls}}	{{.}}
{{end}}	return twice(count) + other((int)wide) + vla[1] * 0;
}
int main(void) { return work({{.Count}}, {{.Wide}}L) == 12345; }
`))

const otherC = `static int twice_;
static const char *shape = "of other.c";
static float twice(float v) { return v * 2.5f; }
extern int zero;
void stop(int);
typedef struct { int only; const char *here; } other_t;
static other_t hidden = { 5, "hidden" };
int other(int v) { other_t o = { v, shape }; stop(9); return (int)twice((float)v) + hidden.only + o.only * 0 + twice_ + zero; }
`

// definitions fills the lists of scalars and of named types.
func (g *gen) definitions() {
	g.scalars = integers()
	g.scalars = append(g.scalars, &typ{kind: kFloat, name: "float", suffix: "f"}, &typ{kind: kFloat, name: "double"},
		&typ{kind: kFloat, name: "long double", suffix: "L"}, &typ{kind: kBool, name: "bool"})
	if !g.cxx {
		for range 2 {
			e := g.enum(g.name("e"))
			g.scalars = append(g.scalars, e)
		}
	}
	it := g.integerType()
	alias := *it
	alias.name = g.name("alias")
	g.defs = append(g.defs, fmt.Sprintf("typedef %s %s;", it.name, alias.name))
	g.scalars = append(g.scalars, &alias)
	for range 3 {
		tag := g.name("tag")
		t := g.aggregate(tag, 2)
		g.defs = append(g.defs, t.body()+";")
		if g.cxx {
			t.name = tag
		}
		g.named = append(g.named, t)
	}
}

// variable is a variable of the program.
type variable struct {
	name string
	t    *typ
}

// extra are types that only C variables have.
func (g *gen) extra() *typ {
	return []*typ{
		{kind: kComplex, name: g.one("double _Complex", "float _Complex")},
		{kind: kVector, name: "v4si", elem: &typ{kind: kInt, name: "int", bits: 31, signed: true}, count: 4},
		{kind: kVector, name: "v4sf", elem: &typ{kind: kFloat, name: "float", suffix: "f"}, count: 4},
		{kind: kVector, name: "v8qu", elem: &typ{kind: kInt, name: "unsigned char", bits: 8}, count: 8},
		{kind: kArray, elem: &typ{kind: kArray, elem: g.integerType(), count: 2}, count: 3},
		{kind: kInt, name: "wchar_t", bits: 15, signed: false},
	}[g.Intn(6)]
}

func (g *gen) c() *program {
	if g.cxx {
		return nil
	}
	g.definitions()
	var in struct {
		Defs, Globals, Functions, Locals, Kept, Calls []string
		Shape                                         string
		Factor, Count, Wide                           int
	}
	in.Shape, in.Factor, in.Count, in.Wide = g.real(), 1+g.Intn(9), 1+g.Intn(5), g.Intn(1000)
	var globals, locals []variable
	for n := range 6 {
		v := variable{g.name("g"), g.any(2)}
		if n == 5 {
			v.t = g.extra()
		}
		storage := g.one("", "static ", "static ", "__thread ", "const ", "volatile ")
		in.Globals = append(in.Globals, storage+v.t.declare(v.name)+" = "+g.literal(v.t)+";")
		globals = append(globals, v)
		if g.chance(70) || strings.HasPrefix(storage, "static") || strings.HasPrefix(storage, "const") {
			in.Kept = append(in.Kept, v.name)
		}
	}
	for n := range 7 {
		v := variable{g.name("l"), g.any(2)}
		if n == 6 {
			v.t = g.extra()
		}
		storage := g.one("", "", "", "static ", "volatile ")
		in.Locals = append(in.Locals, storage+v.t.declare(v.name)+" = "+g.literal(v.t)+";")
		locals = append(locals, v)
		if g.chance(70) {
			in.Kept = append(in.Kept, v.name)
		}
	}
	for _, v := range append(globals[:3:3], locals[:3]...) { // pointers
		p := variable{g.name("p"), &typ{kind: kPointer, elem: v.t}}
		in.Locals = append(in.Locals, fmt.Sprintf("__typeof__(%s) *%s = &%s;", v.name, p.name, v.name))
		in.Kept = append(in.Kept, p.name)
		locals = append(locals, p)
	}
	functions := g.functions(&in.Functions, &in.Calls)
	in.Locals = append(in.Locals, fmt.Sprintf("__typeof__(%s) *fp = %s;", functions[0].name, functions[0].name))
	in.Kept = append(in.Kept, "fp")
	locals = append(locals, variable{"fp", &typ{kind: kFunc}})
	in.Defs = g.defs

	g.start()
	g.askf("info locals")
	g.askf("info args")
	for _, v := range append(globals, locals...) {
		g.about(v.name, v.t, true, 2)
	}
	for _, q := range []string{"print vla", "print vla[1]", "whatis vla", "ptype vla", "print sizeof(vla)", "print &vla", "print vla[0]@2", "print inner", "print count2",
		"print count", "print wide + count", "print twice", "print shape", "print zero", "print hidden", "print 'other.c'::shape", "print work", "print *work", "print &work",
		"whatis work", "ptype stop", "print twice(5)", "print twice(zero)", "call stop(3)", "print &zero", "x/2xw &zero", "print $_", "print other_t", "ptype other_t", "whatis other_t",
		"print sizeof(other_t)", "print (char)count", "print nosuch", "print count +", "print *count", "print shape * 2", "output count", "info symbol work", "print $rip", "print $nosuch", "print $1", "print $", "print $$2"} {
		g.maybe(60, "%s", q)
	}
	for _, t := range g.named {
		g.askf("ptype %s", t.name)
		g.maybe(50, "print sizeof(%s)", t.name)
		g.maybe(30, "whatis %s", t.name)
	}
	for _, v := range append(globals, locals...) {
		if g.chance(40) && !strings.Contains(strings.Join(in.Globals, "\n"), "const "+v.t.declare(v.name)) {
			g.change(v.name, v.t)
		}
	}
	g.askFunctions(functions)
	g.askf("delete")
	g.askf("break stop if n == 9")
	g.askf("continue")
	g.askf("bt 3")
	g.askf("up")
	for _, q := range []string{"print shape", "print twice", "print hidden", "print o", "print twice(2)", "ptype o", "whatis shape", "info locals", "info args"} {
		g.askf("%s", q)
	}
	g.askf("delete")
	g.askf("finish")
	g.askf("continue")
	return &program{files: []file{{"main.c", execute(cTemplate, in)}, {"other.c", otherC}}, commands: g.commands}
}

func execute(t *template.Template, in any) string {
	var b strings.Builder
	if err := t.Execute(&b, in); err != nil {
		return err.Error()
	}
	return b.String()
}

func (g *gen) start() {
	g.askf("break stop")
	g.askf("run")
	g.askf("bt 3")
	g.askf("up")
	g.askf("delete")
}

// functions generates functions that return values of every kind, and the calls of them.
func (g *gen) functions(defs, calls *[]string) (list []variable) {
	for n := range 5 {
		t := g.any(1)
		switch {
		case n == 0:
			t = g.scalar()
		case t.kind == kArray || t.name == "":
			t = g.named[g.Intn(len(g.named))]
		}
		v := variable{g.name("f"), t}
		at, bt := g.scalar(), g.scalar()
		*defs = append(*defs, fmt.Sprintf("__attribute__((noinline)) %s { static %s = %s; KEEP(r); stop(2); return r; }",
			t.declare(fmt.Sprintf("%s(%s, %s)", v.name, at.declare("a"), bt.declare("b"))), t.declare("r"), g.literal(t)))
		*calls = append(*calls, fmt.Sprintf("{ __typeof__(%s(0, 0)) r = %s((%s)%s, (%s)%s); KEEP(r); }", v.name, v.name, at.name, g.literal(at), bt.name, g.literal(bt)))
		list = append(list, v)
	}
	return list
}

// askFunctions runs to each function, and out of it.
func (g *gen) askFunctions(list []variable) {
	g.askf("delete")
	for _, f := range list {
		g.maybe(50, "print %s", f.name)
		g.maybe(40, "ptype %s", f.name)
		g.maybe(40, "whatis %s", f.name)
		g.maybe(40, "whatis %s(1, 1)", f.name)
		g.maybe(40, "print %s(1, 2)", f.name)
		g.askf("tbreak %s", f.name)
		g.askf("continue")
		g.askf("info args")
		g.maybe(30, "bt 2")
		g.askf("finish")
		g.askf("print $")
		g.maybe(50, "whatis $")
	}
}
