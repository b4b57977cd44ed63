/* leader: main ends by pthread_exit before its threads; one of them calls here twice and ends the process with 7, the other goes round. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_t leader;
static int calls;

__attribute__((noinline)) static void here(void)
{
	calls++;
}

/* pthread_join returns before the kernel has done with the thread. */
static int ended(void)
{
	char path[64], stat[256] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", getpid());
	f = fopen(path, "r");
	if (!f || !fgets(stat, sizeof stat, f))
		return 1;
	fclose(f);
	return strstr(stat, ") Z ") != NULL;
}

static void *ends(void *unused)
{
	pthread_join(leader, NULL);
	while (!ended())
		;
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
