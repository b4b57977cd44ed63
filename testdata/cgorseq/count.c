/* Per-CPU counters; each function returns how many tries it took. */
#include "rseqfix.h"

#include <sched.h>

#include "count.h"

long asm_addv(intptr_t *v, long n, long cpu, ptrdiff_t area); /* ../asm.S */

static struct {
	intptr_t count;
} __attribute__((aligned(64))) slots[CPU_SETSIZE];

void attach(void)
{
	fix_attach();
}

int count_c(void)
{
	int tries = 0, cpu, ret;

	do {
		cpu = rseq_cpu_start();
		ret = rseq_addv(&slots[cpu].count, 1, cpu);
		tries++;
	} while (ret);
	return tries;
}

int count_asm(void)
{
	int tries = 0, cpu;
	long ret;

	do {
		cpu = rseq_cpu_start();
		ret = asm_addv(&slots[cpu].count, 1, cpu, fix_offset);
		tries++;
	} while (ret);
	return tries;
}

long total(void)
{
	long sum = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		sum += slots[cpu].count;
	return sum;
}
