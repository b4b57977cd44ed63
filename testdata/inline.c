/* Calls inlined into calls, for step, next and finish among frames that share one function. */
#include <stdio.h>

static volatile int sink;

static inline __attribute__((always_inline)) int inner(int x)
{
	sink = x;
	return x * 3;
}

static inline __attribute__((always_inline)) int middle(int x)
{
	int a = inner(x);
	int b = inner(x + 1);
	return a + b;
}

static __attribute__((noinline)) int outer(int x)
{
	int r = middle(x);
	sink = r;
	r += inner(r);
	return r;
}

int main(void)
{
	int total = 0;
	for (int i = 0; i < 3; i++)
		total += outer(i);
	printf("total %d\n", total);
	return total != 108;
}
