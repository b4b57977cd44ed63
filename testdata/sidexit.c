/*
 * sidexit [N]: sections that leave by their declared side exit every second time, and one with a
 * loop inside; N rounds (default 1000). Prints how many committed and how many left aside.
 */
#include "rseqfix.h"

int main(int argc, char **argv)
{
	intptr_t v = 0, turn = 0;
	long n, committed = 0, aside = 0, copied = 0;
	char from[16] = "restartable", to[16] = "";

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 1000;
	for (long i = 0; i < n; i++) {
		int ret;
		do {
			ret = rseq_cmpeqv_storev(&v, i & ~1L, i, rseq_cpu_start());
			if (ret > 0)
				aside++;
		} while (ret < 0);
		if (ret == 0)
			committed++;
		else
			v = i + 1; /* what the next even round expects */
		do
			ret = rseq_copy_storev(&turn, i, i + 1, to, from, sizeof from, rseq_cpu_start());
		while (ret < 0);
		copied += ret == 0 && strcmp(to, from) == 0;
		memset(to, 0, sizeof to);
	}
	printf("committed %ld aside %ld copied %ld aborts %lu\n", committed, aside, copied, fix_aborts);
	return committed + aside != n || copied != n || turn != n;
}
