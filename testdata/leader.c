/* leader: main ends by pthread_exit before its threads; one of them calls here twice and ends the process with 7, the other goes round. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_t leader;
static int calls;

__attribute__((noinline)) static void here(void)
{
	calls++;
}

static void *ends(void *unused)
{
	pthread_join(leader, NULL);
	here();
	here();
	printf("calls %d\n", calls);
	exit(7);
}

static void *goes_round(void *unused)
{
	for (;;)
		__asm__ volatile("");
}

int main(void)
{
	pthread_t t;

	leader = pthread_self();
	if (pthread_create(&t, NULL, goes_round, NULL) || pthread_create(&t, NULL, ends, NULL))
		return 1;
	pthread_exit(NULL);
}
