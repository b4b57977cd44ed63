// Functions that end in a tail call, known and unknown ways to leaf.
#include <stdio.h>

volatile int sink;
#define NI __attribute__((noinline, noclone))
NI void leaf(int v) { sink += v; __asm__ volatile(""); }
NI int t3(int a) { leaf(a); return a + 1; }
NI int t2(int b) { sink++; return t3(b * 2); }
NI int t1(int c, int d) { sink += d; return t2(c + 5); }

// Two ways with nothing in common; e is unknown while leaf runs.
NI int end(int e) { leaf(7); return sink; }
NI int way_a(int x) { sink++; return end(x + 1); }
NI int way_b(int x) { sink--; return end(x + 2); }
NI int start(int x) { if (x & 1) return way_a(x); return way_b(x); }

// Two ways that begin and end alike.
NI int last(int e) { leaf(e); return e; }
NI int behind(int e) { sink++; return last(e + 1); }
NI int mid_a(int e) { sink++; return behind(e + 1); }
NI int mid_b(int e) { sink += 2; return behind(e + 2); }
NI int either(int e) { if (e > 3) return mid_a(e); return mid_b(e); }
NI int before(int e) { sink++; return either(e); }

// A tail call through a pointer.
int (*volatile pointer)(int) = t3;
NI int indirect(int z) { sink++; return pointer(z + 7); }
NI int caller(int k) { int r = indirect(k); return r + t1(k, 1); }

// A call, then a tail call, of one frame.
NI int twice(int q) { int keep = q * 3; leaf(keep); return t2(keep + sink * 0); }

int main(int argc, char **argv)
{
	int r = t1(argc + 2, 4);
	r += start(argc);
	r += before(argc);
	r += caller(argc);
	r += twice(argc);
	printf("%d\n", r);
	return 0;
}
