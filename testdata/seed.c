/*
 * The loop of the original report, on one line as there: single-stepped, it never ends. The abort
 * handler lies in main (unless -DFIX_FAR), so that a debugger which steps through it finds the same
 * line again.
 */
#if !defined(FIX_FAR) && !defined(FIX_NEAR)
#define FIX_NEAR
#endif
#include "rseqfix.h"

int main(int argc, char **argv)
{
	intptr_t v = 0;
	int cpu, ret, attempts = 0;

	fix_main(argc, argv);
	do { cpu = rseq_cpu_start(); ret = rseq_addv(&v, 1, cpu); attempts++; } while (ret);
	printf("attempts %d\n", attempts);
	return v != 1;
}
