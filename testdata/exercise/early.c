/* A store before the commit, which a retry repeats: a total that is added to beside the count. */
#include "twin.h"

static long count, total;

TWIN int add(int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("early", "0")
		FIX_BEGIN
#ifdef BAD
		ADD("2", "total")
		CULPRIT
#endif
		ADD("1", "count")
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [count] "m"(count), [total] "m"(total)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++) {
		while (add(rseq_cpu_start()))
			;
#ifndef BAD
		total += 2;
#endif
	}
	return twin_end("count", count, ROUNDS) | twin_end("total", total, 2 * ROUNDS);
}
