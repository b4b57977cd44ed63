#include <string>
#include <vector>
#include <cstdio>
namespace ns { int var = 3; struct T { int a; static int st; enum E { X, Y = 4 }; }; int T::st = 12; namespace in { double deep = 1.5; } enum class Col { red, green = 3 }; Col col = Col::green; typedef int alias; }
int T = 9;
struct Base { int b; virtual ~Base() {} virtual int f() { return b; } };
struct Other { int o; };
class Derived : public Base, public Other { public: int d; protected: char p; private: bool flag; static const int k = 5; public: Derived() : d(1), p('x'), flag(true) { b = 7; o = 8; } int f() override { return d; } int method(int n); };
struct Virt : virtual Other { int v; };
struct Empty {}; struct DE : Empty { };
template <typename X> struct Box { X val; Box(X v) : val(v) {} };
union U { int i; float f; };
int Derived::method(int n) { int loc = n + d; asm volatile("" ::: "memory"); return loc + b; }
int over(int x) { return x; } int over(double x) { return 1; }
struct Ptm { int q; int fn(); };
int main(int argc, char **) {
  Derived dv; Derived *dp = &dv; Base *bp = &dv; Base &br = dv; const int &ci = argc; int &&rr = 5; Virt vt; vt.o = 3; vt.v = 4; DE de; Box<int> box(3); Box<double> *bd = new Box<double>(2.5); bool t = true; char16_t c16 = u'é'; char32_t c32 = U'x'; int Ptm::*pm = &Ptm::q; std::string s = "hello"; std::vector<int> vec{1,2}; ns::T nt{4}; ns::T::E e = ns::T::Y; int (&ar)[2] = *(int(*)[2])vec.data(); decltype(nullptr) np = nullptr; auto lam = [argc](int z) { return z + argc; };
  int r = dv.method(2) + br.f() + over(1) + lam(2);
  std::printf("%d\n", r); return 0; }
