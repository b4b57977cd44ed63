/* The CPU's number is read outside of the loop that retries: a thread that has moved to another CPU
 * does not commit any more. The retry moves it, and the program gives up after a thousand times. */
#include "twin.h"

#include <sched.h>

static long counts[CPU_SETSIZE];

TWIN int add(int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("cpuread", "0")
		DESCRIPTOR
		ARMING
		CULPRIT
		COMPARE
		ADD("1", "count")
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [count] "m"(counts[cpu])
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

static cpu_set_t allowed;

/* Moves the thread to another CPU than that one, where there is another. */
static void move(int cpu)
{
	cpu_set_t others = allowed;

	if (CPU_COUNT(&allowed) > 1)
		CPU_CLR(cpu, &others);
	sched_setaffinity(0, sizeof others, &others);
}

int main(int argc, char **argv)
{
	long sum = 0;

	fix_main(argc, argv);
	sched_getaffinity(0, sizeof allowed, &allowed);
	for (int i = 0; i < ROUNDS; i++) {
		int cpu = rseq_cpu_start(), tries = 0;
		while (add(cpu)) {
			if (++tries > 1000)
				return 1;
			move(cpu);
#ifndef BAD
			cpu = rseq_cpu_start();
#endif
		}
	}
	for (int i = 0; i < CPU_SETSIZE; i++)
		sum += counts[i];
	return twin_end("sum", sum, ROUNDS);
}
