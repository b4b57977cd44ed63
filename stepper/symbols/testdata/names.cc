// Names of every kind that C++ has: scopes, templates, members, operators, lambdas.
#include <string>
#include <cstdio>
namespace ns {
int f(int x) { return x + 1; }
template <class T> T g(T v) {
	T w = v + v;
	return w;
}
struct A {
	int a;
	A(int x) : a(x) {}
	~A() { a = 0; }
	int m(int y) const;
	static int s() { return 7; }
	bool operator<(const A &o) const { return a < o.a; }
	int operator()(int z) { return z + a; }
};
int A::m(int y) const {
	return a * y;
}
}
namespace { int anon(int q) { return q - 1; } }
int main() {
	ns::A a(3), b(4);
	int r = ns::f(1) + ns::g<int>(2) + (int)ns::g<double>(2.5) + a.m(2) + ns::A::s() + (a < b) + a(1) + anon(3);
	auto l = [r](int k) { return k + r; };
	printf("%d\n", l(2));
	return 0;
}
