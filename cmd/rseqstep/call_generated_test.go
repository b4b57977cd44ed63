package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// passed is a type of arguments and results of C functions.
type passed struct {
	define string   // of the type, before its use
	name   string   // as C spells it
	values []string // initializers
	parts  string   // what to compare, members of it by "."; "" for the whole
}

// passedTypes have every way in which the calling conventions of amd64 and arm64 tell types apart:
// classes of eight bytes, homogeneous aggregates, sizes around 16 bytes, and alignments.
func passedTypes() []passed {
	whole := func(name string, values ...string) passed { return passed{name: name, values: values} }
	of := func(name, members, parts string, values ...string) passed {
		return passed{define: fmt.Sprintf("struct %s { %s };", name, members), name: "struct " + name, values: values, parts: parts}
	}
	return []passed{
		whole("signed char", "-3", "100"), whole("unsigned char", "200", "7"), whole("short", "-3000", "77"), whole("unsigned short", "60000", "5"),
		whole("int", "-100000", "12"), whole("unsigned", "4000000000", "9"), whole("long", "-5000000000", "3"), whole("_Bool", "1", "0"),
		whole("__int128", "(__int128)1 << 100", "-2"), whole("const char *", `"abc"`, `"de"`), whole("float", "1.5", "-2.25"), whole("double", "3.5", "-1e100"),
		whole("long double", "1.25L", "-1e1000L"), whole("float _Complex", "1 + 2i", "3 - 4i"), whole("double _Complex", "5 + 6i", "-7 + 8i"),
		{define: "typedef int vec4 __attribute__((vector_size(16)));", name: "vec4", values: []string{"{1, 2, 3, 4}", "{-5, 6, 7, 8}"}, parts: "[0] [1] [2] [3]"},
		of("byte", "char a;", ".a", "{'x'}", "{'y'}"), of("three", "char a[3];", ".a[0] .a[1] .a[2]", `{"abc"}`, `{"xyz"}`),
		of("ints", "int a, b;", ".a .b", "{1, -2}", "{3, 4}"), of("mixed", "long a; int b;", ".a .b", "{1, 2}", "{-3, 4}"),
		of("longs", "long a, b, c;", ".a .b .c", "{1, 2, 3}", "{-4, 5, 6}"), of("floats", "float a, b;", ".a .b", "{1.5, 2.5}", "{3, -4}"),
		of("floats3", "float a, b, c;", ".a .b .c", "{1, 2, 3}", "{4, 5, -6}"), of("floats4", "float a[4];", ".a[0] .a[1] .a[2] .a[3]", "{{1, 2, 3, 4}}", "{{5, 6, 7, -8}}"),
		of("floats5", "float a[5];", ".a[0] .a[4]", "{{1, 2, 3, 4, 5}}", "{{6, 7, 8, 9, 10}}"), of("doubles", "double a, b;", ".a .b", "{1.5, 2.5}", "{-3, 4}"),
		of("doubles4", "double a, b, c, d;", ".a .b .c .d", "{1, 2, 3, 4}", "{5, 6, 7, -8}"), of("wider", "float a; double b;", ".a .b", "{1.5, 2.5}", "{3, -4}"),
		of("half", "double a; int b;", ".a .b", "{1.5, 2}", "{-3.5, 4}"), of("small", "float a; int b;", ".a .b", "{1.5, 2}", "{-3.5, 4}"),
		of("quad", "long double a;", ".a", "{1.5L}", "{-2.5L}"), of("quads", "long double a, b;", ".a .b", "{1.5L, 2.5L}", "{3, -4}"),
		of("wide", "__int128 a;", ".a", "{5}", "{-6}"), of("nest", "struct { float x, y; } a; float b;", ".a.x .a.y .b", "{{1, 2}, 3}", "{{4, 5}, -6}"),
		of("complexes", "float _Complex a; float b;", ".a .b", "{1 + 2i, 3}", "{4 + 5i, 6}"), of("either", "union { float a; float b[2]; };", ".b[0] .b[1]", "{.b = {1, 2}}", "{.b = {3, -4}}"),
		of("number", "union { float a; int b; };", ".b", "{.b = 5}", "{.b = -6}"), of("bits", "unsigned a : 3, b : 20; unsigned long c : 40;", ".a .b .c", "{2, 9, 77}", "{5, 1, 1000}"),
		of("packed", "char a; int b; } __attribute__((packed)); struct packed_ {", ".a .b", "{'p', 41}", "{'q', -42}"),
		of("aligned", "long a; } __attribute__((aligned(16))); struct aligned_ {", ".a", "{5}", "{-6}"),
		of("placed", "long a __attribute__((aligned(16)));", ".a", "{7}", "{-8}"),
		of("vectors", "vec4 a, b;", ".a[0] .a[3] .b[0] .b[3]", "{{1, 2, 3, 4}, {5, 6, 7, 8}}", "{{9, 2, 3, 4}, {5, 6, 7, 0}}"),
		of("none", "", "", "{}", "{}"),
	}
}

// generated is a program with functions of many signatures.
type generated struct {
	text    strings.Builder
	calls   []string // as C and the debugger write them
	results []string // the variables that have the value of each
}

// generate writes it. Each function tells in "wrong" which of its arguments are not as in the
// variables, and returns another variable.
func generate(functions int) *generated {
	g := &generated{}
	types := passedTypes()
	say := func(format string, args ...any) { fmt.Fprintf(&g.text, format+"\n", args...) }
	for n, t := range types {
		say("%s", t.define)
		var equal []string
		for _, p := range strings.Fields(t.parts) {
			equal = append(equal, fmt.Sprintf("a%s == b%s", p, p))
		}
		switch {
		case t.name == "struct none":
			equal = []string{"1"}
		case t.parts == "":
			equal = []string{"a == b"}
		}
		say("__attribute__((noipa)) static int same%d(%s a, %s b) { return %s; }", n, t.name, t.name, strings.Join(equal, " && "))
		for k, v := range t.values {
			say("%s v%d_%d = %s;", t.name, n, k, v)
		}
	}
	say("int wrong; volatile int sink; void marker(void) { sink++; }")
	random := rand.New(rand.NewPCG(7, 11))
	for f := range functions {
		result := random.IntN(len(types))
		var params, passes, checks []string
		for p := range 1 + random.IntN(10) {
			n := random.IntN(len(types))
			k := random.IntN(len(types[n].values))
			params = append(params, fmt.Sprintf("%s p%d", types[n].name, p))
			passes = append(passes, fmt.Sprintf("v%d_%d", n, k))
			checks = append(checks, fmt.Sprintf("if (!same%d(p%d, v%d_%d)) wrong |= 1 << %d;", n, p, n, k, p))
		}
		say("__attribute__((noipa)) %s f%d(%s) { %s return v%d_%d; }", types[result].name, f, strings.Join(params, ", "), strings.Join(checks, " "), result, f%2)
		g.calls = append(g.calls, fmt.Sprintf("f%d(%s)", f, strings.Join(passes, ", ")))
		g.results = append(g.results, fmt.Sprintf("v%d_%d", result, f%2))
	}
	say("int main(void) { marker();")
	for _, call := range g.calls {
		say("%s; sink++;", call)
	}
	say("return wrong; }")
	return g
}

// The compiler of the program says whether arguments arrive and what is returned: to a function called
// from the prompt, and out of one that "finish" ends.
func TestFunctionsOfManySignaturesGetTheirArguments(t *testing.T) {
	tabletest.NeedPtrace(t)
	g := generate(tabletest.Rounds(t, 60, 150))
	for _, opt := range []string{"-O0", "-O2"} {
		t.Run(opt, func(t *testing.T) {
			program := tabletest.BuildText(t, g.text.String(), "-g", "-w", "-std=gnu17", opt)
			commands := []string{"break marker", "run"}
			for n, call := range g.calls {
				commands = append(commands, "print "+call, "print "+g.results[n], "print wrong", "set var wrong = 0")
			}
			for n := range g.calls {
				commands = append(commands, fmt.Sprintf("tbreak f%d", n), "continue", "finish", "print "+g.results[n])
			}
			got := ask(t, tabletest.Command(t), program, append(commands, "continue"))
			if last := got[len(got)-1]; !strings.Contains(last, "exited normally") {
				t.Fatalf("the program itself: %s", last)
			}
			got = got[2 : len(got)-1]
			for n, call := range g.calls {
				switch said := got[4*n:]; {
				case said[0] != said[1]:
					t.Errorf("print %s\n got %s\nwant %s", call, said[0], said[1])
				case said[2] != "0":
					t.Errorf("print %s: arguments of bits %s are wrong", call, said[2])
				}
			}
			for n, call := range g.calls {
				said := got[4*(len(g.calls)+n):]
				_, value, _ := strings.Cut(said[2], "Value returned is ")
				_, value, _ = strings.Cut(value, " = ")
				if opt != "-O0" && strings.Contains(said[2], "Cannot determine contents") {
					continue // the address of the result is not to be seen in optimized code
				}
				if value != said[3] && said[3] != "{<No data fields>}" {
					t.Errorf("finish out of %s\n got %s\nwant %s", call, said[2], said[3])
				}
			}
		})
	}
}
