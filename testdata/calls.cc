// C++ functions to be called by a debugger; stop at marker.
#include <cstdio>
#include <stdexcept>
#include <string>

namespace ns {
int add(int a, int b) { return a + b; }
double add(double a, double b) { return a + b + 0.25; }
int only(const int &r) { return r + 1; }
}
struct Base {
	int b = 1;
	int get() const { return b; }
	virtual int virt(int n) { return n + b; }
	static int stat(int n) { return n * 2; }
	virtual ~Base() {}
};
struct Other { int o = 5; int other(int n) { return o + n; } virtual int second() { return o; } };
struct Derived : Other, Base {
	int d = 10;
	int virt(int n) override { return n + d; }
	int second() override { return d + 1; }
	int over(int n) { return n; }
	int over(double n) { return int(n) + 100; }
	int set(int n) { int old = d; d = n; return old; }
};
struct Pod { int x; double y; int sum(int n) const { return x + int(y) + n; } };
struct Nontrivial { int v; Nontrivial(int n) : v(n) {} Nontrivial(const Nontrivial &o) : v(o.v + 1) {} ~Nontrivial() {} };
Pod make(int x, double y) { return {x, y}; }
Nontrivial wrap(int n) { return Nontrivial(n); }
int unwrap(Nontrivial n) { return n.v; }
int byref(Pod &p, int n) { return p.x += n; }
int viaconst(const Pod &p) { return p.x; }
int &refto(int *p) { return *p; }
int ptr(Base *b) { return b->b; }
int overload(int) { return 1; }
int overload(const char *) { return 2; }
int overload(Pod *) { return 3; }
bool flag(bool b) { return !b; }
int throws(int n) { if (n) throw std::runtime_error("thrown"); return 0; }
int catches(int n) { try { return throws(n); } catch (std::exception &) { return 9; } }
enum class Kind : unsigned char { A, B = 200 };
Kind kind(Kind k) { return k == Kind::A ? Kind::B : Kind::A; }
Derived d;
Base *base = &d;
Other *other = &d;
Pod pod = {3, 4.5};
Pod *pp = &pod;
Nontrivial nt(4);
int global = 6;
__attribute__((noinline)) void marker() { __asm__ volatile(""); }
int main() {
	marker();
	volatile int sum = d.get() + base->virt(1) + Base::stat(2) + d.other(1) + d.over(1) + d.over(2.0) + d.set(10) + pp->sum(1) + ns::add(1, 2) + (int)ns::add(1.0, 2.0)
		+ ns::only(1) + make(1, 2).x + wrap(1).v + unwrap(nt) + byref(pod, 0) + viaconst(pod) + refto(&global) + ptr(base) + overload(1) + overload("") + overload(pp) + flag(true) + catches(1) + (int)kind(Kind::A) + other->second();
	std::printf("%d\n", d.d);
	return 0;
}
