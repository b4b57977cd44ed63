/* Calls of every kind a stack can show: a chain, recursion, inlined calls two
 * deep, a signal handler, a function that does not return. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

volatile int sink;

static __attribute__((noinline)) int leaf(int x)
{
	sink = x;
	return sink * 2;
}

static inline __attribute__((always_inline)) int inner(int x)
{
	int y = leaf(x) + 1;
	sink += y;
	return y;
}

static inline __attribute__((always_inline)) int outer(int x)
{
	int z = inner(x + 1);
	return z + inner(z);
}

__attribute__((noinline)) int twice(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) {
		sum += outer(i);
		sum ^= i;
	}
	return sum;
}

__attribute__((noinline)) int deep(int n)
{
	if (n == 0)
		return twice(2);
	return deep(n - 1) + n + sink;
}

static void handler(int sig)
{
	sink = leaf(sig);
}

__attribute__((noinline, noreturn)) void last(int code)
{
	sink = leaf(code);
	exit(0);
}

int main(int argc, char **argv)
{
	signal(SIGUSR1, handler);
	sink = deep(argc + 3);
	kill(getpid(), SIGUSR1);
	if (argc < 100)
		last(argc);
	return sink;
}
