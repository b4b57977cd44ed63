/*
 * entryvalues: arguments that are changed, lost or kept after the entry of their functions, as optimized
 * code has them: the call sites tell what they were.
 */
#include <stdio.h>

static volatile int sink;

__attribute__((noinline)) static void stop(int n) { sink += n; }

__attribute__((noinline)) static int different(int val, const char *text)
{
	val++;
	stop(val);
	sink = val;
	stop(2);
	return val * 2 + *text;
}

__attribute__((noinline)) static int lost(int val, long wide)
{
	stop(val);
	stop(3);
	return (int)wide;
}

__attribute__((noinline)) static int equal(int val)
{
	stop(1);
	stop(val);
	return sink;
}

int main(int argc, char **argv)
{
	int r = different(5, "xyz") + lost(6, 70) + equal(8);

	r += different(argc + 5, argv[0] ? "abc" : "def");
	r += lost(argc, argc);
	printf("%d\n", r);
	return 0;
}
