/*
 * storm [N]: N sections (default 20) under an interval timer of 100 microseconds whose handler spins for
 * most of that, so that the program is hardly ever out of it.
 */
#include "rseqfix.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

#define INTERVAL 100 /* microseconds */
#define SPIN 60000   /* nanoseconds */

static volatile long handled;

static long now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void on_alarm(int sig)
{
	long until = now() + SPIN;
	(void)sig;
	handled++;
	while (now() < until)
		;
}

static __attribute__((noinline)) void count(intptr_t *sum)
{
	int ret;
	do {
		ret = rseq_addv(sum, 1, rseq_cpu_start());
	} while (ret);
}

int main(int argc, char **argv)
{
	struct itimerval often = { { 0, INTERVAL }, { 0, INTERVAL } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	intptr_t sum = 0;
	long n;

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 20;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (long i = 0; i < n; i++)
		count(&sum);
	setitimer(ITIMER_REAL, &never, NULL);
	printf("sum %ld of %ld, %s\n", (long)sum, n, handled ? "alarms came" : "no alarm came");
	return sum != n || !handled;
}
