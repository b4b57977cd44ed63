/*
 * percpu [THREADS [REPS [STEPS]]]: per-CPU counters and per-CPU lists under THREADS threads
 * (default 8). The last one runs stepped(), STEPS rounds (default 100), for a debugger to step;
 * the others work until it is done, REPS rounds (default 10,000) at least. All sums are checked.
 */
#include "rseqfix.h"

#include <pthread.h>
#include <sched.h>

#define NODES 64

struct slot {
	intptr_t count;
	struct fix_node *list;
} __attribute__((aligned(64)));

static struct slot slots[CPU_SETSIZE];
static struct fix_node nodes[NODES];
static int done;
static long reps = 10000, steps = 100;

static void count_one(void)
{
	int cpu, ret;
	do {
		cpu = rseq_cpu_start();
		ret = rseq_addv(&slots[cpu].count, 1, cpu);
	} while (ret);
}

static struct fix_node *pop_one(void)
{
	struct fix_node *node;
	int cpu, ret;
	do {
		cpu = rseq_cpu_start();
		ret = rseq_list_pop(&slots[cpu].list, &node, cpu);
	} while (ret < 0);
	return ret ? NULL : node;
}

static void push_one(struct fix_node *node)
{
	int cpu, ret;
	do {
		cpu = rseq_cpu_start();
		ret = rseq_list_push(&slots[cpu].list, node, cpu);
	} while (ret);
}

static void one_round(void)
{
	struct fix_node *node;

	count_one();
	node = pop_one();
	if (node)
		push_one(node);
}

static __attribute__((noinline)) long stepped(void)
{
	long i;

	for (i = 0; i < steps; i++) {
		count_one();
		struct fix_node *node = pop_one();
		if (node)
			push_one(node);
	}
	return i;
}

static void *stepper(void *rounds)
{
	fix_attach();
	*(long *)rounds = stepped();
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *worker(void *rounds)
{
	long i;

	fix_attach();
	for (i = 0; i < reps || !__atomic_load_n(&done, __ATOMIC_ACQUIRE); i++)
		one_round();
	*(long *)rounds = i;
	return NULL;
}

int main(int argc, char **argv)
{
	int threads;
	long want = 0, sum = 0, found = 0, ids = 0;

	fix_main(argc, argv);
	threads = argc > 1 ? atoi(argv[1]) : 8;
	if (argc > 2)
		reps = atol(argv[2]);
	if (argc > 3)
		steps = atol(argv[3]);

	for (int i = 0; i < NODES; i++) {
		nodes[i].id = i;
		push_one(&nodes[i]);
	}

	pthread_t tids[threads];
	long rounds[threads];
	for (int i = 0; i < threads; i++)
		if (pthread_create(&tids[i], NULL, i == threads - 1 ? stepper : worker, &rounds[i]))
			return 3;
	for (int i = 0; i < threads; i++) {
		pthread_join(tids[i], NULL);
		want += rounds[i];
	}

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		sum += slots[cpu].count;
		for (struct fix_node *n = slots[cpu].list; n && found <= NODES; n = n->next) {
			found++;
			ids += n->id;
		}
	}
	printf("sum %ld of %ld, nodes %ld of %d, stepped %ld, aborts %lu\n",
	       sum, want, found, NODES, rounds[threads - 1], fix_aborts);
	return sum != want || found != NODES || ids != NODES * (NODES - 1) / 2;
}
