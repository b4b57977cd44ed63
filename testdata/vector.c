/* Two threads call one function a thousand times each, with a number in a vector register that is
   the thread's own: 1.5 and 2.5. */
#include <pthread.h>
#include <stdio.h>

static double sums[2];

__attribute__((noinline, noipa)) void take(double x)
{
	sums[x > 2] += x;
}

static void *call(void *a)
{
	for (int i = 0; i < 1000; i++)
		take(a ? 2.5 : 1.5);
	return NULL;
}

int main(void)
{
	pthread_t t;

	pthread_create(&t, NULL, call, sums);
	call(NULL);
	pthread_join(t, NULL);
	printf("%g %g\n", sums[0], sums[1]);
	return 0;
}
