/*
 * watchin [N]: N sections (default 20) that each store to `staged` before they commit to `done`. An abort in
 * between stores to `staged` again.
 */
#include "rseqfix.h"

intptr_t staged, done;

static __attribute__((noinline)) int stage(intptr_t value, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("stage", "0")
		FIX_BEGIN
		FIX_STORE("%[value]", "%[staged]")
		"nop\n\t"
		FIX_STORE("%[value]", "%[done]")
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [value] "r"(value), [staged] "m"(staged), [done] "m"(done)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	long n;

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 20;
	for (long i = 1; i <= n; i++)
		while (stage(i, rseq_cpu_start()))
			;
	printf("staged %ld done %ld aborts %lu\n", (long)staged, (long)done, fix_aborts);
	return staged != n || done != n;
}
