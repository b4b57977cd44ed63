/*
 * secondphase [N]: N times (default 3) two sections, the second one armed by the very instruction
 * that the first one ends at.
 */
#include "rseqfix.h"

#include <sched.h>

/* FIX_POINTER of the second descriptor. */
#if defined(FIX_TABLE) || defined(FIX_NO_POINTERS)
#define POINTER ""
#else
#define POINTER ".pushsection __rseq_cs_ptr_array, \"aw\"\n\t.quad 33b\n\t.popsection\n\t"
#endif

static struct { intptr_t first, second; char pad[48]; } slots[CPU_SETSIZE];

/* ++*v, then ++*w, each in a section on cpu. Returns 0, or which of the two must be tried again. */
__attribute__((noinline, noclone)) static int both(intptr_t *v, intptr_t *w, int cpu)
{
	__asm__ __volatile__ goto(
		".pushsection " FIX_WHERE ", \"aw\"\n\t"
		".balign 32\n\t"
		"3: .long 0, 0\n\t"
		".quad 1f, (2f - 1f), 4f\n\t"
		".balign 32\n\t"
		"33: .long 0, 0\n\t"
		".quad 11f, (12f - 11f), 44f\n\t"
		".popsection\n\t"
		FIX_POINTER
		POINTER
		FIX_ADDRESS("33b", FIX_SECOND)
		FIX_ADDRESS("3b", FIX_FIRST)
		FIX_ARM(FIX_FIRST)
		"1:\n\t"
		FIX_COMPARE_CPU("4f")
		"nop\n\t"
		FIX_INC("%[v]")
		"2:\n\t"
		FIX_ARM(FIX_SECOND)
		"11:\n\t"
		FIX_COMPARE_CPU("44f")
		"nop\n\t"
		FIX_INC("%[w]")
		"12:\n\t"
		".pushsection __rseq_failure, \"ax\"\n\t"
		FIX_BEFORE_ABORT
		"4: " FIX_JUMP " %l[abort]\n\t"
		FIX_BEFORE_ABORT
		"44: " FIX_JUMP " %l[abort2]\n\t"
		".popsection\n\t"
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "m"(*v), [w] "m"(*w)
		: FIX_CLOBBERS
		: abort, abort2);
	return 0;
abort:
	return 1;
abort2:
	return 2;
}

int main(int argc, char **argv)
{
	long n, first = 0, second = 0, again[3] = { 0 };

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 3;
	for (long i = 0; i < n; i++) {
		int ret;
		do {
			int cpu = rseq_cpu_start();
			if (cpu < 0 || cpu >= CPU_SETSIZE) {
				printf("cpu_id_start %d\n", cpu);
				return 3;
			}
			ret = both(&slots[cpu].first, &slots[cpu].second, cpu);
			again[ret]++;
		} while (ret);
	}
	for (int i = 0; i < CPU_SETSIZE; i++) {
		first += slots[i].first;
		second += slots[i].second;
	}
	/* The first counter is one too high for each time that the second section was aborted. */
	printf("first %ld second %ld, aborted %ld and %ld times\n", first - again[2], second, again[1], again[2]);
	return first - again[2] != n || second != n;
}
