/* A siglongjmp back into the frame that is finished; an inlined call whose last instruction the compiler moved out of it; one in a loop. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static sigjmp_buf back;

static inline __attribute__((always_inline)) int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static __attribute__((noinline)) void give_up(void)
{
	siglongjmp(back, 1);
}

static __attribute__((noinline)) int attempt(int bad)
{
	if (sigsetjmp(back, 1))
		return -1;
	if (bad)
		give_up();
	return 1;
}

static volatile int rounds, last;

static inline __attribute__((always_inline)) int again(void)
{
	rounds++;
	return rounds < 3;
}

static __attribute__((noinline)) void loop(void)
{
	do
		last = rounds;
	while (again());
}

int main(int argc, char **argv)
{
	int first = argc > 1 ? number(argv[1]) : 4;
	int second = argc > 2 ? number(argv[2]) : 2;
	int bad = attempt(first);
	int good = attempt(0);

	loop();
	printf("%d %d %d %d\n", first, second, bad, good);
	return bad != -1 || good != 1;
}
