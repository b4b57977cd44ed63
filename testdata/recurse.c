/* Recursion: next and finish must end in the frame that asked. */
#include <stdio.h>

__attribute__((noinline)) int fib(int n)
{
	if (n < 2)
		return n;
	int a = fib(n - 1);
	int b = fib(n - 2);
	return a + b;
}

__attribute__((noinline)) int depth(int n)
{
	int below = 0;
	if (n > 0)
		below = depth(n - 1);
	return below + 1;
}

int main(void)
{
	int f = fib(10);
	int d = depth(20);
	printf("fib %d depth %d\n", f, d);
	return f != 55 || d != 21;
}
