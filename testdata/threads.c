/* threads [N [LIVE]]: N threads that live shortly (default 200), LIVE at a time (default 4), each running one section. */
#include "rseqfix.h"

#include <pthread.h>

static intptr_t slots[1024][8];

static __attribute__((noinline)) void *brief(void *unused)
{
	int cpu;

	fix_attach();
	do
		cpu = rseq_cpu_start();
	while (rseq_addv(&slots[cpu][0], 1, cpu));
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t tids[64];
	long sum = 0;
	int n, live;

	fix_main(argc, argv);
	n = argc > 1 ? atoi(argv[1]) : 200;
	live = argc > 2 ? atoi(argv[2]) : 4;
	if (live < 1 || live > 64)
		return 3;
	for (int made = 0; made < n;) {
		int batch = n - made < live ? n - made : live;
		for (int i = 0; i < batch; i++)
			if (pthread_create(&tids[i], NULL, brief, NULL))
				return 3;
		for (int i = 0; i < batch; i++)
			pthread_join(tids[i], NULL);
		made += batch;
	}
	for (int cpu = 0; cpu < 1024; cpu++)
		sum += slots[cpu][0];
	printf("threads %d sum %ld\n", n, sum);
	return sum != n;
}
