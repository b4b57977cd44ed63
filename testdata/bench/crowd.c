/*
 * crowd THREADS: THREADS - 1 threads that wait for ever, then "ready", then a loop of integer instructions in the
 * first one that never ends: what threads cost a debugger that steps, attaches and lets go.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *wait_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static __attribute__((noinline)) void loop(void)
{
	for (volatile unsigned long n = 0;; n++)
		;
}

int main(int argc, char **argv)
{
	pthread_attr_t small;
	pthread_t t;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 1; i--)
		if (pthread_create(&t, &small, wait_for_ever, NULL)) {
			perror("pthread_create");
			return 1;
		}
	puts("ready");
	fflush(stdout);
	loop();
}
