/* longcopy [N]: one section that copies N bytes (default 1,000,000) one by one before it commits. */
#include "rseqfix.h"

static char from[1 << 24], to[1 << 24];

int main(int argc, char **argv)
{
	intptr_t turn = 0;
	size_t n;
	int ret;

	fix_main(argc, argv);
	n = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000;
	if (n == 0 || n > sizeof to)
		return 3;
	memset(from, 'x', n);
	do
		ret = rseq_copy_storev(&turn, 0, 1, to, from, n, rseq_cpu_start());
	while (ret < 0);
	printf("copied %zu turn %ld\n", n, (long)turn);
	return ret != 0 || turn != 1 || memcmp(to, from, n) != 0;
}
