/* What become.c becomes: it has some of the same names, at other addresses. Ends with status 7. */
#include <stdio.h>

volatile int padding[1000];
volatile int counter;

__attribute__((noinline)) int only_new(int n)
{
	counter += n;
	return n + 2;
}

/* More lines than the other program has before this,
 * so that no line number means the same in both. */
















__attribute__((noinline)) int work(int n)
{
	int r = only_new(n);
	counter++;
	return r;
}

int main(void)
{
	int r = 0;
	for (int i = 0; i < 3; i++)
		r += work(i);
	printf("new %d counter %d\n", r, counter);
	return 7;
}
