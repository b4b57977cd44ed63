/* A section that does not compare the CPU's number: a thread that has been moved since it read the
 * number changes another CPU's data. Each slot has the number of the CPU that its last change came
 * from. Aborts do not show it, moves do (exercise --migrate). */
#include "twin.h"

#include <sched.h>

#ifdef __aarch64__
#define NOTE_CPU "ldr w14, [%[area], #4]\n\tstr w14, %[last]\n\t"
#else
#define NOTE_CPU "movl " FIX_FS "4(%[area]), %%ecx\n\tmovl %%ecx, %[last]\n\t"
#endif

static struct {
	long count;
	int cpu;
} __attribute__((aligned(64))) slots[CPU_SETSIZE];

TWIN int add(int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("nocompare", "0")
		DESCRIPTOR
		CULPRIT
		ARMING
		IF_BAD("", COMPARE)
		NOTE_CPU
		ADD("1", "count")
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [count] "m"(slots[cpu].count), [last] "m"(slots[cpu].cpu)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	long sum = 0, wrong = 0;

	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++) {
		int cpu;
		do
			cpu = rseq_cpu_start();
		while (add(cpu));
		wrong += slots[cpu].cpu != cpu;
	}
	for (int i = 0; i < CPU_SETSIZE; i++)
		sum += slots[i].count;
	return twin_end("sum", sum, ROUNDS) | twin_end("changes from another CPU", wrong, 0);
}
