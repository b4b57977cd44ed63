/*
 * service [THREADS [CHURN]]: per-CPU counters and lists under THREADS threads (default 4), until
 * a line or the end of standard input; prints "ready" when all of them work. CHURN threads
 * (default 0) do the same and make a successor of theirs every 100 rounds. All sums are checked;
 * "check ok" in the end, else status 1. For a debugger to attach to, and to be killed over.
 */
#include "rseqfix.h"

#include <pthread.h>
#include <sched.h>

#define NODES 64
#define BRIEF 100

struct slot {
	intptr_t count;
	struct fix_node *list;
} __attribute__((aligned(64)));

static struct slot slots[CPU_SETSIZE];
static struct fix_node nodes[NODES];
static int done;
static long rounds, working;

static __attribute__((noinline)) void one_round(void)
{
	struct fix_node *node;
	int cpu, ret;

	do {
		cpu = rseq_cpu_start();
		ret = rseq_addv(&slots[cpu].count, 1, cpu);
	} while (ret);
	do {
		cpu = rseq_cpu_start();
		ret = rseq_list_pop(&slots[cpu].list, &node, cpu);
	} while (ret < 0);
	if (ret)
		return;
	do {
		cpu = rseq_cpu_start();
		ret = rseq_list_push(&slots[cpu].list, node, cpu);
	} while (ret);
}

static void *worker(void *unused)
{
	long n = 0;

	fix_attach();
	__atomic_add_fetch(&working, 1, __ATOMIC_ACQ_REL);
	for (; !__atomic_load_n(&done, __ATOMIC_ACQUIRE); n++)
		one_round();
	__atomic_add_fetch(&rounds, n, __ATOMIC_ACQ_REL);
	__atomic_sub_fetch(&working, 1, __ATOMIC_ACQ_REL);
	return unused;
}

static void *brief(void *unused)
{
	pthread_t next;
	int made = 0;

	fix_attach();
	__atomic_add_fetch(&working, 1, __ATOMIC_ACQ_REL);
	for (long n = 0; n < BRIEF; n++)
		one_round();
	__atomic_add_fetch(&rounds, BRIEF, __ATOMIC_ACQ_REL);
	while (!made && !__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		made = pthread_create(&next, NULL, brief, NULL) == 0 && pthread_detach(next) == 0;
	__atomic_sub_fetch(&working, 1, __ATOMIC_ACQ_REL);
	return unused;
}

int main(int argc, char **argv)
{
	long threads, churn, sum = 0, found = 0, ids = 0;
	pthread_t thread;

	fix_main(argc, argv);
	threads = argc > 1 ? atol(argv[1]) : 4;
	churn = argc > 2 ? atol(argv[2]) : 0;
	for (int i = 0; i < NODES; i++) {
		int cpu;

		nodes[i].id = i;
		do
			cpu = rseq_cpu_start();
		while (rseq_list_push(&slots[cpu].list, &nodes[i], cpu));
	}
	for (long i = 0; i < threads + churn; i++)
		if (pthread_create(&thread, NULL, i < threads ? worker : brief, NULL) || pthread_detach(thread))
			return 3;
	while (__atomic_load_n(&working, __ATOMIC_ACQUIRE) < threads)
		sched_yield();
	printf("ready\n");
	fflush(stdout);
	while (getchar() != '\n' && !feof(stdin) && !ferror(stdin))
		;
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	for (int quiet = 0; quiet < 1000; quiet++, sched_yield()) /* one may be on its way between two threads */
		if (__atomic_load_n(&working, __ATOMIC_ACQUIRE))
			quiet = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		sum += slots[cpu].count;
		for (struct fix_node *n = slots[cpu].list; n && found <= NODES; n = n->next) {
			found++;
			ids += n->id;
		}
	}
	printf("sum %ld of %ld, nodes %ld of %d, aborts %lu\n", sum, rounds, found, NODES, fix_aborts);
	if (sum != rounds || found != NODES || ids != NODES * (NODES - 1) / 2)
		return 1;
	printf("check ok\n");
	return 0;
}
