#include <cstdio>
struct Text { const char *chars; int length; int size() const { return length; } };
struct P { int a; union { int ix; float fx; struct { short lo, hi; }; }; };
struct Q : P { struct { int f, g; }; };
struct Empty {};
struct R { int z; };
struct T2 : Q, Empty, R { int own; union { long big; char c[8]; }; };
struct V { int v = 11; virtual ~V() {} };
struct VA : virtual V { int va = 22; };
struct VB : virtual V { int vb = 33; };
struct VD : VA, VB { int vd = 44; static inline int cnt = 0xBEEF; static constexpr int kconst = 50; static constexpr double kpi = 3.25; static constexpr const char *kname = "nm"; static const unsigned char kch = 'x'; };
union Self { static const Self def; int i; };
const Self Self::def{7};
template <class X, int N> struct Arr { X d[N]; static constexpr int size = N; X &at(int i) { return d[i]; } X sum() const { X s{}; for (auto &e : d) s += e; return s; } };
enum class Col : unsigned char { red = 1, green, blue = 200 };
struct BF { Col c : 8; Col d : 2; unsigned e : 3; };
namespace ns { namespace { int hidden = 5; struct H { int q = 6; int get() const { return q; } }; } int seen = 8; inline namespace v1 { int inl = 9; } }
static int byref(int &r, const Text &s, int &&rr, P &p) {
    int here = r + rr;   // BREAK
    return here + (int)s.size() + p.a;
}
struct Fn { int k = 3; int run(int x) { auto l = [this, x, &r = k](int y) { int t = x + y + k + r; return t; }; return l(4); } };
int main() {
    T2 t{}; t.a = 1; t.ix = 0x3f800000; t.f = 3; t.g = 4; t.z = 5; t.own = 6; t.big = 0x4142434445464748;
    VD d; V *pv = &d; VB *pb = &d; P *pp = &t;
    Arr<double, 3> ar{{1.5, 2.5, 3.5}}; Arr<int, 2> ai{{7, 8}};
    BF bf{Col::blue, Col::red, 5}; Col cz{}; Col cu = (Col)9;
    ns::H h; Self sf{3};
    int arg = 20; Text s{"hello", 5}; 
    int &ra = arg; const int &cra = 5; int P::*pm = &P::a; int (ns::H::*pmf)() const = &ns::H::get; int (*fp)(int &, const Text &, int &&, P &) = byref;
    int res = byref(arg, s, 7, t); Fn fn; res += fn.run(5);
    printf("%d\n", res + ra + cra + t.*pm * 0 + ns::hidden + ns::seen + ns::inl + (h.*pmf)() + Self::def.i + sf.i + VD::cnt);
    return 0; // END
}
