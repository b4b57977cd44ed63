/* units [N]: N sections one after the other (default 1000), and how many were aborted. */
#include "rseqfix.h"

int main(int argc, char **argv)
{
	intptr_t sum = 0;
	long n, attempts = 0;

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 1000;
	for (long i = 0; i < n; i++) {
		int ret;
		do {
			ret = rseq_addv(&sum, 1, rseq_cpu_start());
			attempts++;
		} while (ret);
	}
	printf("aborts %lu attempts %ld sum %ld\n", fix_aborts, attempts, (long)sum);
	return sum != n;
}
