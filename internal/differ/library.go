package main

import (
	"fmt"
	"strings"
	"text/template"
)

var libraryTemplate = template.Must(template.New("library").Parse(`
#include <array>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>
#define KEEP(x) __asm__ volatile("" :: "g"(&(x)) : "memory")
int zero;
std::string known; std::wstring wide; std::string_view view; // gdb writes these names only if the program describes them
__attribute__((noinline)) void stop(int n) { __asm__ volatile("" :: "r"(n) : "memory"); zero += n * 0; }
struct Point { int x; double y; };
template <class T> struct Box { T item; int after; };
template <class T> struct Deriving : T { int more; };
{{range $n, $v := .}}typedef {{$v.Type}} type{{$n}};
__attribute__((noinline)) static {{$v.Type}} make{{$n}}() { type{{$n}} v = {{$v.Value}}; KEEP(v); stop(2); return v; }
__attribute__((noinline)) static void take{{$n}}(const type{{$n}} &byref, type{{$n}} byvalue) { KEEP(byvalue); stop(3); KEEP(byref); }
{{end}}
__attribute__((noinline)) static int work() {
{{range $n, $v := .}}	type{{$n}} v{{$n}} = {{$v.Value}}; type{{$n}} *p{{$n}} = &v{{$n}}; Box<type{{$n}}> b{{$n}}{ {{$v.Value}}, 5 };
{{end}}
{{range $n, $v := .}}	KEEP(v{{$n}}); KEEP(p{{$n}}); KEEP(b{{$n}});
{{end}}	stop(1);
{{range $n, $v := .}}	take{{$n}}(v{{$n}}, make{{$n}}());
{{end}}	return zero;
}
int main() { return work(); }
`))

// object is a variable of a type of the C++ library.
type object struct {
	Type, Value string
	asks        []string // expressions of the variable, which is %[1]s
}

// library makes a program whose variables are containers in containers.
func (g *gen) library() *program {
	var list []object
	for range 5 {
		list = append(list, g.object(3))
	}
	g.start()
	g.askf("info locals")
	for n, v := range list {
		name := fmt.Sprintf("v%d", n)
		asks := append([]string{"%[1]s", "*p%[2]d", "b%[2]d", "b%[2]d.item", "p%[2]d"}, v.asks...)
		for _, e := range asks {
			e = fmt.Sprintf(e+"%.0[2]d", name, n)
			g.askf("print %s", e)
			g.maybe(50, "print/x %s", e)
			g.maybe(50, "print -elements 5 -- %s", e)
			g.maybe(50, "print -pretty -- %s", e)
			g.maybe(20, "print -max-depth 1 -- %s", e)
			g.maybe(20, "print -max-depth 2 -- %s", e)
			g.maybe(20, "print -pretty -array -- %s", e)
			g.maybe(20, "print -raw-values -- %s", e)
			g.maybe(20, "print -array-indexes -- %s", e)
			g.maybe(30, "whatis %s", e)
			g.maybe(30, "print &%s", e)
		}
		g.maybe(50, "whatis type%d", n)
	}
	for n := range list {
		g.askf("delete")
		g.askf("break make%d", n)
		g.askf("continue")
		g.askf("finish")
		g.askf("whatis $")
		g.askf("delete")
		g.askf("break stop if n == 3")
		g.askf("continue")
		g.askf("bt 2")
		g.askf("up")
		g.askf("info args")
		g.maybe(50, "print byref")
		g.maybe(50, "print byvalue")
	}
	return &program{files: []file{{"main.cc", execute(libraryTemplate, list)}}, cxx: true, commands: g.commands, flags: []string{"-std=c++17"}}
}

// object makes a type of at most that depth, and a value.
func (g *gen) object(depth int) object {
	if depth == 0 || g.chance(10) {
		return g.simple()
	}
	in := g.object(depth - 1)
	if g.chance(40) {
		in = g.simple()
	}
	list := func(of object) (text string, size int) {
		size = []int{0, 1, 2, 3, 3, 8}[g.Intn(6)]
		return "{" + strings.Repeat(of.Value+", ", size) + "}", size
	}
	values, size := list(in)
	index := []string{}
	if size > 1 {
		index = []string{"%[1]s[1]", "%[1]s.size()"}
	}
	name := g.one("vector", "vector", "deque", "list", "forward_list", "set", "map", "multimap", "unordered_map", "unordered_set", "pair", "tuple", "optional", "optional", "variant", "shared_ptr", "array", "stack", "queue", "Box", "Deriving")
	other := g.simple()
	std := fmt.Sprintf("std::%s<%s>", name, in.Type)
	switch name {
	case "vector", "deque":
		if g.chance(10) {
			return object{std, fmt.Sprintf("%s(210, %s)", std, in.Value), []string{"%[1]s[209]"}}
		}
		return object{std, std + values, index}
	case "list", "forward_list":
		return object{std, std + values, nil}
	case "set", "unordered_set":
		key := g.key()
		return object{fmt.Sprintf("std::%s<%s>", name, key.Type), g.keyed(fmt.Sprintf("std::%s<%s>", name, key.Type), key, ""), nil}
	case "map", "multimap", "unordered_map":
		key := g.key()
		t := fmt.Sprintf("std::%s<%s, %s>", name, key.Type, in.Type)
		return object{t, g.keyed(t, key, in.Value), nil}
	case "pair":
		t := fmt.Sprintf("std::pair<%s, %s>", in.Type, other.Type)
		return object{t, fmt.Sprintf("%s{%s, %s}", t, in.Value, other.Value), []string{"%[1]s.first"}}
	case "tuple":
		t := fmt.Sprintf("std::tuple<%s, %s, int>", other.Type, in.Type)
		return object{t, fmt.Sprintf("%s{%s, %s, 3}", t, other.Value, in.Value), nil}
	case "optional":
		return object{std, g.one(std+"()", fmt.Sprintf("%s(%s)", std, in.Value)), nil}
	case "variant":
		t := fmt.Sprintf("std::variant<%s, %s>", other.Type, in.Type)
		return object{t, g.one(fmt.Sprintf("%s(std::in_place_index<1>, %s)", t, in.Value), fmt.Sprintf("%s(std::in_place_index<0>, %s)", t, other.Value)), nil}
	case "shared_ptr":
		return object{std, g.one(std+"()", fmt.Sprintf("std::make_shared<%s>(%s)", in.Type, in.Value)), []string{"%[1]s.get()"}}
	case "array":
		t := fmt.Sprintf("std::array<%s, 3>", in.Type)
		return object{t, fmt.Sprintf("%s{{%s, %s, %s}}", t, in.Value, in.Value, in.Value), []string{"%[1]s[1]", "%[1]s.size()"}}
	case "stack", "queue":
		return object{std, fmt.Sprintf("%s(std::deque<%s>%s)", std, in.Type, values), nil}
	case "Deriving":
		t := fmt.Sprintf("Deriving<std::vector<%s>>", in.Type)
		return object{t, fmt.Sprintf("%s{%s, 6}", t, values), nil}
	}
	t := fmt.Sprintf("Box<%s>", in.Type)
	return object{t, fmt.Sprintf("%s{%s, 7}", t, in.Value), []string{"%[1]s.item"}}
}

// keyed is a container of different keys.
func (g *gen) keyed(t string, key object, value string) string {
	var list []string
	for n := range []int{0, 1, 2, 3, 8}[g.Intn(5)] {
		k := fmt.Sprintf(key.Value, n*7%8)
		if value != "" {
			k = "{" + k + ", " + value + "}"
		}
		list = append(list, k)
	}
	return t + "{" + strings.Join(list, ", ") + "}"
}

// key is a type of keys; the value has a place for a number.
func (g *gen) key() object {
	return []object{{"int", "%d", nil}, {"std::string", `std::string("key %d")`, nil}, {"char", "(char)(97 + %d)", nil}, {"long", "-%dL", nil}}[g.Intn(4)]
}

func (g *gen) simple() object {
	n := g.Intn(200) - 100
	return []object{
		{"int", fmt.Sprint(n), nil},
		{"std::string", fmt.Sprintf(`std::string("text %d")`, n), nil},
		{"std::string", fmt.Sprintf(`std::string(%d, 'x')`, max(n, 0)*3), nil},
		{"double", fmt.Sprintf("%d.5", n), nil},
		{"Point", fmt.Sprintf("Point{%d, 1.5}", n), nil},
		{"short", fmt.Sprintf("(short)%d", n), nil},
		{"unsigned char", fmt.Sprintf("(unsigned char)%d", n+100), nil},
		{"bool", "true", nil},
		{"const char *", `"literal"`, nil},
		{"std::wstring", `std::wstring(L"wide")`, nil},
		{"std::string_view", `std::string_view("view", 3)`, nil},
		{"Point *", "(Point *)0", nil},
		{"unsigned long", fmt.Sprintf("%dUL", n+100), nil},
	}[g.Intn(13)]
}
