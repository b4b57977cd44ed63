/*
 * sided [N]: a loop on one line whose section leaves by its side exit N times, a system
 * call each round; then another line of the same function.
 */
#include "rseqfix.h"
#include <sys/syscall.h>

static volatile long rounds, ended;

static __attribute__((noinline)) int turn(long n, intptr_t *v)
{
	int ret;
	do { ret = rseq_cmpeqv_storev(v, 1, 2, rseq_cpu_start()); syscall(SYS_getppid); } while (ret && ++rounds < n);
	ended = rounds;
	return ret;
}

int main(int argc, char **argv)
{
	intptr_t v = 0;
	int ret;

	fix_main(argc, argv);
	ret = turn(argc > 1 ? atol(argv[1]) : 1000, &v);
	printf("rounds %ld ret %d\n", rounds, ret);
	return ret != 1 || ended != rounds;
}
