/* longjmp out of three frames: next over the call that never returns, finish of a frame that is skipped. */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf back;

static volatile int returns; /* never set */

static __attribute__((noinline)) void jump(int n)
{
	if (n == 0 && !returns)
		longjmp(back, 7);
	if (n > 0)
		jump(n - 1);
	printf("never\n");
}

int main(void)
{
	volatile int rounds = 0;
	int got = setjmp(back);

	if (got == 0) {
		rounds++;
		jump(3);
		return 1;
	}
	printf("got %d rounds %d\n", got, rounds);
	return got != 7 || rounds != 1;
}
