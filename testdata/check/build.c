/*
 * A section in C, to be built by several compilers at several levels: with -DBAD it counts in two
 * places, by two instructions.
 */
#include "rseqfix.h"

#ifdef __aarch64__
#define ADD FIX_INC
#define SET(place) "mov x15, #1\n\tstr x15, " place "\n\t"
#define CLOBBERS FIX_CLOBBERS
#else
#define ADD(place) "addq $1, " place "\n\t"
#define SET(place) "movq $1, " place "\n\t"
#define CLOBBERS "memory", "cc", "rax"
#endif

static struct { intptr_t a, b; char pad[112]; } counters[1024];

__attribute__((noinline)) static int count(intptr_t *a, intptr_t *b, int cpu)
{
	__asm__ __volatile__ goto( /* BAD: store-before-commit */
		FIX_DESCRIBE("count", "0")
		FIX_BEGIN
#ifdef BAD
		ADD("%[a]")
#else
		SET("%[a]")
#endif
		ADD("%[b]")
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [a] "m"(*a), [b] "m"(*b)
		: CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	int cpu;

	fix_main(argc, argv);
	do {
		cpu = rseq_cpu_start();
	} while (count(&counters[cpu].a, &counters[cpu].b, cpu));
	return 0;
}
