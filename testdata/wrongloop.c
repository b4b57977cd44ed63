/*
 * wrongloop [WRONG [ROUNDS [OTHERS [STEPS]]]]: the loop of wrongcpu.c as people write it, over several lines.
 * Pinned to CPU 0, it wants to count on CPU 1: WRONG times in each of the rounds (default -1: for ever, 1 round), then on
 * CPU 0. OTHERS threads do the same for ever beside it. Afterwards it computes, STEPS steps. -DSEPARATE: the section
 * is a function of another file. -DLATE=N: it computes first, N steps, and then registers its area.
 */
#include "rseqfix.h"

#include <pthread.h>
#include <sched.h>

#ifdef SEPARATE
int separate_addv(intptr_t *v, intptr_t count, int cpu);
#define add separate_addv
#else
#define add rseq_addv
#endif

long counted; /* how often the loop has ended */

static volatile int other = 1; /* the number of a CPU, kept too long */

static __attribute__((noinline)) long count(intptr_t *counters, long wrong)
{
	long attempts = 0;
	int cpu, ret;

	do {
		cpu = attempts == wrong ? 0 : other;
		ret = add(&counters[cpu], 1, cpu);
		attempts++;
	} while (ret);
	counted++;
	return attempts;
}

static void *beside(void *unused)
{
	intptr_t counters[2] = { 0, 0 };

	(void)unused;
	fix_attach();
	count(counters, -1);
	return NULL;
}

int main(int argc, char **argv)
{
	intptr_t counters[2] = { 0, 0 };
	long wrong = -1, rounds = 1, others = 0, steps = 0, attempts = 0;
	cpu_set_t first;
	pthread_t thread;

#ifdef LATE
	for (volatile long i = 0; i < LATE; i++)
		;
#endif
	fix_main(argc, argv);
	if (argc > 1)
		wrong = atol(argv[1]);
	if (argc > 2)
		rounds = atol(argv[2]);
	if (argc > 3)
		others = atol(argv[3]);
	if (argc > 4)
		steps = atol(argv[4]);
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof first, &first) != 0)
		fix_die("sched_setaffinity");
	for (long i = 0; i < others; i++)
		if (pthread_create(&thread, NULL, beside, NULL))
			return 3;
	for (long i = 0; i < rounds; i++) {
		attempts += count(counters, wrong); /* stepped */
	}
	for (volatile long i = 0; i < steps; i++)
		;
	printf("counters %ld %ld attempts %ld\n", (long)counters[0], (long)counters[1], attempts);
	return counters[0] + counters[1] != rounds;
}
