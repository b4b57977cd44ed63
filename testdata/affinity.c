/*
 * affinity [N]: N sections (default 300). After each, the thread checks that it may run where it has
 * said, and says something else: one CPU, or all again. Two threads do so.
 */
#include "rseqfix.h"

#include <pthread.h>
#include <sched.h>

static long n = 300;

/* Runs n sections under changing affinities; counts the wrong ones. */
static void *work(void *wrong)
{
	cpu_set_t all, want, have;
	intptr_t sum = 0;

	fix_attach();
	sched_getaffinity(0, sizeof all, &all);
	want = all;
	for (long i = 0; i < n; i++) {
		while (rseq_addv(&sum, 1, rseq_cpu_start()))
			;
		sched_getaffinity(0, sizeof have, &have);
		*(long *)wrong += !CPU_EQUAL(&have, &want);
		if (i % 3 == 0) {
			CPU_ZERO(&want);
			CPU_SET(sched_getcpu(), &want);
		} else {
			want = all;
		}
		sched_setaffinity(0, sizeof want, &want);
	}
	*(long *)wrong += sum != n;
	return NULL;
}

int main(int argc, char **argv)
{
	long wrong[2] = { 0, 0 };
	pthread_t other;

	fix_main(argc, argv);
	if (argc > 1)
		n = atol(argv[1]);
	if (pthread_create(&other, NULL, work, &wrong[1]))
		return 3;
	work(&wrong[0]);
	pthread_join(other, NULL);
	printf("wrong affinities %ld\n", wrong[0] + wrong[1]);
	return wrong[0] + wrong[1] != 0;
}
