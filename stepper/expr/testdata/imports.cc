// Names from other scopes: inline namespaces, using declarations and directives, aliases.
namespace lib {
inline namespace v2 {
int answer = 42;
struct Thing { int a; static int made; };
int Thing::made = 11;
enum Mode { OFF, ON };
typedef long big;
int twice(int x) { return 2 * x; }
inline namespace deeper { int very = 8; }
}
namespace inner { int deep = 7; struct In { int q; }; int f(int x) { return x + 100; } enum K { KA = 3 }; }
namespace other { int o = 55; int deep = 56; }
using namespace other;
namespace { int hidden = 13; }
}
namespace declared { using lib::inner::deep; using lib::inner::In; using lib::inner::f; using lib::Thing; }
namespace alias = lib::inner;
namespace alias2 = alias;
int outer = 1;

__attribute__((noinline)) void stop() { asm volatile(""); }

__attribute__((noinline)) int directive(int n)
{
	using namespace lib::inner;
	namespace local = lib::inner;
	In in{n};
	{
		using lib::answer;
		n += local::deep + answer;
		stop();
	}
	return n + in.q + deep;
}

namespace lib {
int outer = 2;
__attribute__((noinline)) int declaration(int n)
{
	using inner::deep;
	return directive(n) + deep + outer + o;
}
}

int main()
{
	Mode_: ;
	lib::Mode mode = lib::ON;
	lib::big big = 3;
	declared::In in{4};
	declared::Thing thing{5};
	return lib::declaration(1) + lib::twice(2) + lib::very + lib::hidden + mode + big + in.q + thing.a + alias2::f(alias::KA) + outer == 0;
}
