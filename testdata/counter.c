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

#ifdef __aarch64__
#define COMPARE_AND_STORE(label)      \
	"ldr x15, %[v]\n\t"           \
	"cmp x15, %[expect]\n\t"      \
	"b.ne %l[differ]\n\t"         \
	label "str %[newv], %[v]\n\t"
#else
#define COMPARE_AND_STORE(label)      \
	"cmpq %[v], %[expect]\n\t"    \
	"jnz %l[differ]\n\t"          \
	label "movq %[newv], %[v]\n\t"
#endif

/* if (*v == expect) *v = newv, on cpu. Returns 0, 1 when they differ, -1 to try again. */
static __attribute__((noinline, noclone)) int compare_and_store(intptr_t *v, intptr_t expect, intptr_t newv, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("compare_and_store", "%l[differ]")
		FIX_EXIT_POINT("%l[differ]")
		FIX_BEGIN
		COMPARE_AND_STORE(".globl commit_store\n" "commit_store:\n\t")
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "m"(*v), [expect] "r"(expect), [newv] "r"(newv)
		: FIX_CLOBBERS
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
