/* One call of each of the four vDSO functions that read under a sequence count, or nearly so. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

int main(void)
{
	struct timespec ts = { 0, 0 };
	struct timeval tv = { 0, 0 };
	unsigned cpu = ~0u, node = ~0u;
	time_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	gettimeofday(&tv, NULL);
	now = time(NULL);
	getcpu(&cpu, &node);

	if (ts.tv_sec == 0 && ts.tv_nsec == 0)
		return 1;
	/* time() may be read from a coarser clock than gettimeofday: a second apart is right. */
	if (now + 1 < tv.tv_sec || cpu == ~0u || node == ~0u)
		return 2;
	printf("ok\n");
	return 0;
}
