/*
 * counter [THREADS [REPS]]: per-CPU counters raised by compare and store, from THREADS threads
 * (default 4), REPS times each (default 500). The instruction that commits has the label
 * commit_store: what becomes of the sum under a breakpoint there tells a debugger's care.
 */
#include "rseqfix.h"

#include <pthread.h>
#include <sched.h>

static struct slot {
	intptr_t count;
} __attribute__((aligned(64))) slots[CPU_SETSIZE];
static long reps = 500;

/* if (*v == expect) *v = newv, on cpu. Returns 0, 1 when they differ, -1 to try again. */
static __attribute__((noinline, noclone)) int compare_and_store(intptr_t *v, intptr_t expect, intptr_t newv, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("compare_and_store", "%l[differ]")
		FIX_EXIT_POINT("%l[differ]")
		FIX_BEGIN
		"cmpq %[v], %[expect]\n\t"
		"jnz %l[differ]\n\t"
		".globl commit_store\n"
		"commit_store:\n\t"
		"movq %[newv], %[v]\n\t"
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "m"(*v), [expect] "r"(expect), [newv] "r"(newv)
		: "memory", "cc", "rax"
		: abort, differ);
	return 0;
abort:
	return -1;
differ:
	return 1;
}

static void *work(void *unused)
{
	fix_attach();
	for (long i = 0; i < reps; i++) {
		int cpu;
		intptr_t seen;

		do {
			cpu = rseq_cpu_start();
			seen = *(volatile intptr_t *)&slots[cpu].count;
		} while (compare_and_store(&slots[cpu].count, seen, seen + 1, cpu));
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread[64];
	long sum = 0, threads;

	fix_main(argc, argv);
	threads = argc > 1 ? atol(argv[1]) : 4;
	if (argc > 2)
		reps = atol(argv[2]);
	if (threads < 1 || threads > 64)
		return 2;
	for (long i = 0; i < threads; i++)
		pthread_create(&thread[i], NULL, work, NULL);
	for (long i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < CPU_SETSIZE; i++)
		sum += slots[i].count;
	printf("sum %ld of %ld\n", sum, threads * reps);
	return sum != threads * reps;
}
