package main

import (
	"text/template"
)

var cxxTemplate = template.Must(template.New("c++").Parse(`
{{range .Defs}}{{.}}
{{end}}
#define KEEP(x) __asm__ volatile("" :: "g"(&(x)) : "memory")
int zero;
__attribute__((noinline)) void stop(int n) { __asm__ volatile("" :: "r"(n) : "memory"); zero += n * 0; }
enum class Color : {{.Under}} { red = 1, green, blue = 100 };
enum Plain { plain_a = -1, plain_b, plain_c = 7 };
struct Empty {};
struct Base { {{.T1}} x = {{.V1}}; int get() const { return 4 + zero; } static int count; static const int limit = {{.Factor}}; };
int Base::count = 11;
struct Second { {{.T2}} y = {{.V2}}; };
struct Derived : Base, Empty, Second { {{.T3}} z = {{.V3}}; int sum(int n) { return n + 1; } int sum(const char *s) { return *s; } };
struct Virt { {{.T1}} v = {{.V1}}; virtual int id() const { return 1; } virtual ~Virt() {} };
struct Left : virtual Virt { {{.T2}} l = {{.V2}}; int id() const override { return 2; } };
struct Right : virtual Virt { {{.T3}} r = {{.V3}}; };
struct Diamond : Left, Right { int d = {{.Factor}}; int id() const override { return 3; } };
class Closed { int secret = 5; protected: long half = 6; public: char open = 'o'; Closed() {} int tell() const { return secret; } };
struct Inner { struct Nested { int deep = 9; enum Kind { one, two } kind = two; } nest; union { int i; float f; }; struct { short lo, hi; }; Color color : 8; unsigned flags : 3; };
template <class T> struct Box { T item; T take() { return item; } static int made; };
template <class T> int Box<T>::made = 3;
template <class T, int N> struct Row { T cells[N]; T at(int i) const { return cells[i]; } };
namespace outer { int level = 1; namespace inner { int level = 2; struct Spot { int at = 3; int where() const { return at; } }; } inline namespace now { int current = 4; }
  namespace { int unseen = 5; struct Ghost { int boo = 6; int say() { return boo; } }; } int pick(int v) { return v + 1; } double pick(double v) { return v * 2; } }
__attribute__((noinline)) static int over(int v) { stop(2); return v + 1; }
__attribute__((noinline)) static double over(double v) { stop(2); return v * 2; }
__attribute__((noinline)) static const char *over(const char *v) { stop(2); return v; }
__attribute__((noinline)) static int refs(int &a, const Base &b, int &&c, Derived *d) { stop(3); return a + c + (int)b.get() + (d != 0); }
thread_local int mine = {{.Factor}};
__attribute__((noinline)) static Derived made() { Derived d; stop(4); return d; }
__attribute__((noinline)) static Closed closed() { Closed c; stop(5); return c; }
{{range .Globals}}{{.}}
{{end}}
struct Host { int field = 8; __attribute__((noinline)) int run(int n) { int local = n + field; stop(6); return local; } };
__attribute__((noinline)) static int work(int count, Base &base) {
	Derived d; Diamond dia; Virt *pv = &dia; Left *pl = &dia; Right *pr = &dia; Second *ps = &d; Base *pb = &d;
	Color col = Color::{{.Color}}; Color odd = (Color)77; Plain plain = {{.Plain}}; Closed cl; Inner in; in.i = {{.Factor}}; in.lo = 1; in.hi = 2; in.color = Color::green; in.flags = 5;
	Box<int> bi{ {{.Factor}} }; Box<double> bd{ 2.5 }; Row<short, 3> row{ { 1, 2, 3 } }; Box<Box<char> > bb{ { 'x' } };
	outer::inner::Spot spot; outer::Ghost ghost; int num = 20; int &rn = num; const Derived &rd = d; Empty hollow;
	int Base::*none = 0; int Inner::*pm = (int Inner::*)0; int (Base::*pf)() const = &Base::get; int (*fn)(int) = over; int Host::*pfield = &Host::field;
	char16_t c16 = u'\u00e9'; char32_t c32 = U'x'; wchar_t wc = L'w'; const char16_t *s16 = u"six"; const wchar_t *sw = L"wide"; bool yes = true; decltype(nullptr) nothing = nullptr;
	Host host; auto lam = [count, &num](int q) { stop(7); return q + count + num; };
{{range .Locals}}	{{.}}
{{end}}	KEEP(d); KEEP(dia); KEEP(pv); KEEP(pl); KEEP(pr); KEEP(ps); KEEP(pb); KEEP(col); KEEP(odd); KEEP(plain); KEEP(cl); KEEP(in); KEEP(bi); KEEP(bd); KEEP(row); KEEP(bb);
	KEEP(spot); KEEP(ghost); KEEP(num); KEEP(rd); KEEP(none); KEEP(pm); KEEP(pf); KEEP(fn); KEEP(pfield); KEEP(c16); KEEP(c32); KEEP(wc); KEEP(s16); KEEP(sw); KEEP(yes); KEEP(nothing); KEEP(host); KEEP(lam); KEEP(hollow); KEEP(rn);
{{range .Kept}}	KEEP({{.}});
{{end}}	stop(1);
	int r = over(3) + (int)over(1.5) + over("text")[0] + refs(num, d, 5, &d) + made().sum(2) + closed().tell() + host.run(2) + lam(4) + bi.take() + (int)bd.take() + row.at(1) + spot.where() + ghost.say() + d.sum(1) + d.sum("s")
		+ outer::pick(1) + (int)outer::pick(2.5) + outer::level + outer::inner::level + outer::current + outer::unseen + pv->id() + Box<int>::made + Base::count + mine + bb.take().take() + (int)Box<double>::made;
	KEEP(r);
	return r;
}
int main() { Base b; return work({{.Count}}, b) == 12345; }
`))

func (g *gen) cplusplus() *program {
	g.definitions()
	var in struct {
		Defs, Globals, Locals, Kept []string
		Under, Color, Plain         string
		T1, T2, T3, V1, V2, V3      string
		Factor, Count               int
	}
	in.Factor, in.Count = 1+g.Intn(90), 1+g.Intn(5)
	in.Under, in.Color, in.Plain = g.one("unsigned char", "int", "long", "short"), g.one("red", "green", "blue"), g.one("plain_a", "plain_b", "plain_c")
	member := func(t, v *string) {
		s := g.scalar()
		for s.kind == kEnum {
			s = g.scalar()
		}
		*t, *v = s.name, "("+s.name+")"+g.literal(s)
	}
	member(&in.T1, &in.V1)
	member(&in.T2, &in.V2)
	member(&in.T3, &in.V3)
	var vars []variable
	for range 4 {
		v := variable{g.name("g"), g.any(1)}
		in.Globals = append(in.Globals, g.one("", "static ")+v.t.declare(v.name)+";")
		in.Kept = append(in.Kept, v.name)
		vars = append(vars, v)
	}
	for range 4 {
		v := variable{g.name("l"), g.any(1)}
		in.Locals = append(in.Locals, "static "+v.t.declare(v.name)+";")
		in.Kept = append(in.Kept, v.name)
		vars = append(vars, v)
	}
	in.Defs = g.defs

	g.start()
	g.askf("info locals")
	g.askf("info args")
	for _, v := range vars {
		g.about(v.name, v.t, true, 1)
	}
	for _, e := range []string{"d", "dia", "*pv", "*pl", "*pr", "*ps", "*pb", "pv", "pl", "col", "odd", "plain", "cl", "in", "in.nest", "in.nest.kind", "in.color", "in.i", "in.f", "in.hi", "bi", "bd", "row", "bb", "bb.item", "bb.item.item",
		"spot", "ghost", "num", "rn", "rd", "base", "none", "pm", "pf", "fn", "pfield", "c16", "c32", "wc", "s16", "sw", "yes", "hollow", "host", "host.*pfield", "d.x", "d.y", "d.z", "dia.v", "dia.l", "dia.r", "dia.d", "pv->v", "rd.x", "base.x", "count", "mine",
		"Base::count", "Base::limit", "d.count", "d.limit", "Box<int>::made", "Box<double>::made", "outer::level", "outer::inner::level", "outer::current", "outer::now::current", "outer::unseen", "zero", "::zero", "Color::red", "Color::blue", "plain_a", "plain_c", "Inner::Nested::two", "cl.secret", "cl.half", "s16[1]", "sw[0]"} {
		g.maybe(70, "print %s", e)
		g.maybe(25, "whatis %s", e)
		g.maybe(15, "ptype %s", e)
		g.maybe(15, "print &%s", e)
		g.maybe(10, "print/x %s", e)
		g.maybe(10, "print sizeof(%s)", e)
	}
	for _, q := range []string{"print d.get()", "print d.sum(4)", "print d.sum(\"z\")", "print pv->id()", "print dia.id()", "print pl->id()", "print cl.tell()", "print bi.take()", "print bd.take()", "print row.at(2)", "print spot.where()", "print ghost.say()", "print base.get()", "print rd.get()",
		"print outer::pick(3)", "print outer::pick(2.5)", "print over(5)", "print over(2.5)", "print over", "print refs", "print work", "ptype work", "whatis refs", "print (Color)2", "print (int)col", "print col == Color::red", "print (Plain)7", "print (Plain)3",
		"print (Base&)d", "print (Base)d", "print *(Base*)&d", "print *(Second*)&d", "print (Second*)&d", "print *(Derived*)ps", "print (Derived*)ps", "print (Derived*)pb", "print ((Derived*)ps)->z", "print *(Virt*)&dia", "print (Virt*)&dia", "print *(Diamond*)pv", "print (Diamond*)pl", "print (Diamond*)pr", "print *(Right*)&dia", "print (Virt)dia",
		"print static_cast<int>(2.9)", "print reinterpret_cast<long>(pv) != 0", "print static_cast<Base*>(&d)", "print const_cast<Base*>(pb)", "print dynamic_cast<Left*>(pl)", "print (base.*pf)()", "print pb->get()",
		"ptype Base", "ptype Derived", "ptype Virt", "ptype Left", "ptype Diamond", "ptype Closed", "ptype Inner", "ptype Color", "ptype Plain", "ptype Empty", "ptype outer::inner::Spot", "ptype Inner::Nested", "ptype struct Base", "ptype class Closed", "whatis Box<int>", "ptype Box<int>", "ptype row", "ptype bb", "whatis row", "whatis bb", "print sizeof(Diamond)", "print sizeof(Derived)", "print sizeof(Empty)",
		"print this", "print Color", "print nosuch", "print d.nosuch", "print Base::nosuch", "print true", "print !yes", "print yes + 1", "print u'a'", "print L'a'", "print c16 + 1", "print sw == 0", "print num + rn", "print &rn == &num", "print fn(2)", "print *fn",
		"set print object on", "print pv", "print *pv", "print pl", "print *pl", "print pr", "print pb", "print d", "print dia", "set print object off", "set print static-members off", "print d", "set print static-members on", "set var col = Color::blue", "print col", "set var in.flags = 2", "print in", "set var d.z = 3", "print d", "set var rn = 44", "print num",
		"print hollow", "print lam", "whatis lam", "print in.nest.deep * 2", "print -d.z", "print dia.d + d.z"} {
		g.maybe(75, "%s", q)
	}
	for _, t := range g.named {
		g.askf("ptype %s", t.name)
	}
	g.askf("delete")
	for _, f := range []string{"over", "refs", "made", "closed", "Host::run", "main"} {
		if f != "main" {
			g.askf("delete")
			g.askf("break %s", f)
			g.askf("continue")
			g.askf("info args")
			g.maybe(60, "bt 2")
			if f == "Host::run" {
				g.askf("break stop if n == 6")
				g.askf("continue")
				g.askf("up")
				g.askf("info locals")
			}
			if f == "Host::run" {
				g.askf("print *this")
				g.askf("print field")
				g.askf("print this->field")
				g.askf("print this")
			}
			if f == "refs" {
				g.askf("print a")
				g.askf("print b")
				g.askf("print c")
				g.askf("print *d")
			}
			g.askf("finish")
			g.askf("print $")
			g.maybe(50, "whatis $")
			if f == "over" {
				for range 2 {
					g.askf("continue")
					g.askf("info args")
					g.askf("finish")
				}
			}
		}
	}
	g.askf("delete")
	g.askf("continue")
	return &program{files: []file{{"main.cc", execute(cxxTemplate, in)}}, cxx: true, commands: g.commands, flags: []string{"-std=c++17"}}
}
