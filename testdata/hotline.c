/* hotline [N]: one source line that runs N sections (default 10,000,000), and what it costs. */
#include "rseqfix.h"

#include <time.h>

static long now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	intptr_t sum = 0;
	long n, began, ended;

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 10000000;
	__asm__ volatile ("" : "+r"(n)); /* one loop, not one a case */
	began = now();
	for (long i = 0; i < n; i++) while (rseq_addv(&sum, 1, rseq_cpu_start())) ; /* the hot line */
	ended = now();
	printf("sum %ld ns %ld aborts %lu\n", (long)sum, ended - began, fix_aborts);
	return sum != n;
}
