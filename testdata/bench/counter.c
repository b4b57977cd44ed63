/*
 * counter [THREADS [ADDS]]: THREADS threads (default 4) that each add 1 to the counter of their CPU,
 * ADDS times (default 500), by load and compare-and-store; how often they tried, and what it cost.
 */
#include "rseqfix.h"

#include <pthread.h>
#include <time.h>

static struct {
	intptr_t n;
} __attribute__((aligned(64))) counters[CPU_SETSIZE];
static long adds = 500;

static long now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void *count(void *tries)
{
	fix_attach();
	for (long i = 0; i < adds; ) {
		int cpu = rseq_cpu_start();
		intptr_t old = *(volatile intptr_t *)&counters[cpu].n;
		++*(long *)tries;
		i += rseq_cmpeqv_storev(&counters[cpu].n, old, old + 1, cpu) == 0;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[64];
	long tries[64] = {0}, tried = 0, sum = 0, began;
	int n;

	fix_main(argc, argv);
	n = argc > 1 ? atoi(argv[1]) : 4;
	if (argc > 2)
		adds = atol(argv[2]);
	if (n < 1 || n > 64)
		return 2;
	began = now();
	for (int i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, count, &tries[i]);
	for (int i = 0; i < n; i++) {
		pthread_join(threads[i], NULL);
		tried += tries[i];
	}
	began = now() - began;
	for (int i = 0; i < CPU_SETSIZE; i++)
		sum += counters[i].n;
	printf("sum %ld of %ld tries %ld\n", sum, n * adds, tried);
	printf("each %ld ns\n", began / tried);
	return sum != n * adds;
}
